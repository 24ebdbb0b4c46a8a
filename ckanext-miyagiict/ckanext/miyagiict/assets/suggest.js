/* Suggests words and datasets below the search boxes while somebody types: an ARIA combobox. Without JavaScript the boxes stay plain.
   A word is searched for, a dataset is opened. */
(() => {
  const BOXES = '#mi-home-search, #field-sitewide-search, #dataset-search-form input[name=q]'
  const PAUSE = 200
  const MOST = { words: 4, datasets: 6 }

  const root = name => new URL(document.querySelector(`meta[name=${name}-root]`).content).pathname.replace(/\/+$/, '')
  const isJapanese = () => document.documentElement.lang === 'ja'
  const label = () => isJapanese() ? '検索の候補' : 'Suggestions'
  const count = number => isJapanese() ? `候補が${number}件あります。` : `${number} suggestions.`
  const word = () => isJapanese() ? 'タグ' : 'Tag'

  const ask = async (action, parameters) => {
    const address = `${root('site')}/api/3/action/${action}?${new URLSearchParams(parameters)}`
    const answer = await fetch(address, { headers: { Accept: 'application/json' } })
    return answer.ok ? (await answer.json()).result : []
  }

  const suggestions = async asked => {
    const [words, datasets] = await Promise.all([
      ask('tag_autocomplete', { query: asked, limit: MOST.words }),
      ask('package_autocomplete', { q: asked, limit: MOST.datasets })
    ])
    return [
      ...words.slice(0, MOST.words).map(text => ({ text, isWord: true })),
      ...datasets.map(dataset => ({ text: (!isJapanese() && dataset.title_en) || dataset.title || dataset.name, name: dataset.name }))
    ]
  }

  const attach = box => {
    const form = box.form
    const list = Object.assign(document.createElement('ul'), { id: `${box.id}-suggestions`, className: 'mi-suggestions', hidden: true })
    const status = Object.assign(document.createElement('span'), { className: 'visually-hidden' })
    let shown = []
    let active = -1
    let waiting = 0
    let asked = ''

    list.setAttribute('role', 'listbox')
    list.setAttribute('aria-label', label())
    status.setAttribute('role', 'status')
    for (const [name, value] of Object.entries({
      role: 'combobox', autocomplete: 'off', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': list.id
    })) box.setAttribute(name, value)
    form.classList.add('mi-suggesting')
    form.append(list, status)

    const close = () => {
      clearTimeout(waiting)
      asked = ''
      list.hidden = true
      active = -1
      box.setAttribute('aria-expanded', 'false')
      box.removeAttribute('aria-activedescendant')
      status.textContent = ''
    }

    const activate = place => {
      active = place
      list.querySelectorAll('[role=option]').forEach((option, number) => option.setAttribute('aria-selected', String(number === place)))
      if (place < 0) return box.removeAttribute('aria-activedescendant')
      box.setAttribute('aria-activedescendant', list.children[place].id)
      list.children[place].scrollIntoView({ block: 'nearest' })
    }

    const choose = ({ text, name, isWord }) => {
      close()
      if (!isWord) return location.assign(`${root('locale')}/dataset/${encodeURIComponent(name)}`)
      box.value = text
      form.requestSubmit()
    }

    const option = (suggestion, number) => {
      const item = Object.assign(document.createElement('li'), { id: `${list.id}-${number}` })
      item.setAttribute('role', 'option')
      item.setAttribute('aria-selected', 'false')
      const language = /[ぁ-ヿ㐀-鿿]/.test(suggestion.text) ? 'ja' : 'en'
      item.append(Object.assign(document.createElement('span'), { lang: language, textContent: suggestion.text }))
      if (suggestion.isWord) item.append(Object.assign(document.createElement('span'), { className: 'mi-small', textContent: ` ${word()}` }))
      item.addEventListener('mousedown', event => event.preventDefault()) // the box keeps the focus
      item.addEventListener('click', () => choose(suggestion))
      return item
    }

    const show = found => {
      shown = found
      if (!found.length) return close()
      list.replaceChildren(...found.map(option))
      const [outer, inner] = [form.getBoundingClientRect(), box.getBoundingClientRect()]
      Object.assign(list.style, { top: `${inner.bottom - outer.top}px`, left: `${inner.left - outer.left}px`, width: `${inner.width}px` })
      list.hidden = false
      activate(-1)
      box.setAttribute('aria-expanded', 'true')
      status.textContent = count(found.length)
    }

    const look = async () => {
      const now = asked = box.value.trim()
      if (!now) return close()
      const found = await suggestions(now).catch(() => [])
      if (now === asked) show(found) // not what was asked before
    }

    box.addEventListener('input', () => {
      clearTimeout(waiting)
      waiting = setTimeout(look, PAUSE)
    })
    box.addEventListener('blur', close)
    form.addEventListener('submit', close)
    box.addEventListener('keydown', event => {
      if (event.isComposing || list.hidden) return
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
      if (step) {
        event.preventDefault()
        const places = shown.length + 1 // the last one is the box itself
        activate((active + 1 + step + places) % places - 1)
      } else if (event.key === 'Enter' && active >= 0) {
        event.preventDefault()
        choose(shown[active])
      } else if (event.key === 'Escape') {
        event.preventDefault()
        close()
      }
    })
  }

  const isPlain = element => element.matches(BOXES) && element.getAttribute('role') !== 'combobox'
  document.querySelectorAll(BOXES).forEach(attach)
  // CKAN puts a new page of a list into the old one: its box is made ready when it is entered.
  document.addEventListener('focusin', event => { if (isPlain(event.target)) attach(event.target) })
})()

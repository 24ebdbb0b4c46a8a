/* The table preview is CKAN's (DataTables); here it is made to read well:
 * the column that says what a row is about comes first and stays in view, the DataStore's row number is not shown,
 * and every box has a name for screen readers.
 * The server counts columns in the DataStore's order, so what is sent to it is counted that way again.
 */
(function ($) {
  'use strict'

  const table = $('#dtprv')
  const words = $('#miyagiict-preview').data()
  const stored = ['_id', ...gdataDict.map(column => column.id)]

  function putFirst (name) {
    const place = stored.indexOf(name)
    if (place < 2) return
    gdataDict.unshift(...gdataDict.splice(place - 1, 1))
    table.find('thead tr').each(function () {
      const cells = $(this).children()
      cells.eq(place).insertAfter(cells.eq(0))
    })
    table.find('.fhead').each(function (position) { this.id = 'cdx' + (position + 1) })
  }

  function countAsStored (event, settings, asked) {
    asked.order.forEach(by => { by.column = stored.indexOf(asked.columns[by.column].data) })
  }

  function countVisibleAsStored () {
    const field = $(this).find('[name=params]')
    const asked = JSON.parse(field.val())
    const shown = asked.columns.map(column => column.data)
    asked.visible = stored.map(name => asked.visible[shown.indexOf(name)])
    field.val(JSON.stringify(asked))
  }

  // JSON is shown, not saved: beside the preview, not in its place.
  function openBeside () {
    this.target = $(this).find('[name=format]').val() === 'json' ? '_blank' : '_self'
  }

  function nameBoxes () {
    const frame = $(table.DataTable().table().container())
    gdataDict.forEach((column, position) => {
      const label = (column.info && column.info.label) || column.id
      frame.find('.dataTables_scrollHead .fhead, thead .fhead').filter('#cdx' + (position + 1)).find('input').attr('aria-label', words.filter + label)
    })
    // Two helpers of DataTables: a box that takes the arrow keys, and an empty frame that feels changes of size.
    frame.find('input[type=text][tabindex=0]').not('[aria-label]').attr('aria-label', words.cells)
    frame.closest('body').find('iframe[src="about:blank"]').attr({ title: words.cells, 'aria-hidden': 'true', tabindex: -1 })
  }

  // Headings and what is said of a column, where they are Japanese on an English page.
  function markJapanese () {
    const japanese = /[ぁ-ヿ㐀-鿿]/
    table.find('thead th').filter(function () { return japanese.test(this.textContent) }).attr('lang', 'ja')
    table.find('thead i[title]').filter(function () { return japanese.test(this.title) }).attr('lang', 'ja')
  }

  // What the download menu offers is what the page offers above; views/preview.py leads to it.
  function offerEditions (event, settings) {
    const api = new $.fn.dataTable.Api(settings)
    const named = name => api.button(api.buttons().nodes().toArray().find(node => $(node).text() === name))
    named('TSV').text(words.spreadsheet).action(() => {
      run_query({ ...api.ajax.params(), visible: api.columns().visible().toArray() }, 'spreadsheet')
    })
    named('XML').remove()
  }

  // CKAN's boxes wait for the Enter key and do not say so.
  function sayHowToSearch () {
    const frame = $(table.DataTable().table().container())
    const box = frame.find('.dataTables_filter input')
    const press = () => box.trigger($.Event('keyup', { keyCode: 13 }))
    $('<button type="button" class="btn btn-sm btn-primary">').text(words.search).on('click', press).insertAfter(box.closest('label'))
    // Only the column that names a row is wide enough for it.
    frame.find('input.fhead').attr('title', words.press).first().attr('placeholder', words.press)
  }

  // The cell of "nothing found" is as wide as all columns: the sentence stays in view, and says what to do.
  function sayWhatToDo () {
    const cell = table.find('.dataTables_empty')
    if (!table.DataTable().page.info().recordsTotal) return
    cell.attr('lang', document.documentElement.lang).wrapInner('<span class="mi-nothing">').children().append($('<span class="mi-what-to-do">').text(words.nothing))
  }

  putFirst(words.naming)
  markJapanese()
  table.find('tbody').attr('lang', 'ja')
  table.data('package-name', words.title)
  $.extend($.fn.dataTable.defaults, { aoColumnDefs: [{ aTargets: [0], bVisible: false }] })
  table.on('preXhr.dt', countAsStored).on('init.dt draw.dt', nameBoxes).on('draw.dt', sayWhatToDo)
  table.on('init.dt', offerEditions).on('init.dt', sayHowToSearch)
  // Widths are taken before the naming column is fixed; once it is, the headings must follow.
  table.on('init.dt', () => setTimeout(() => table.DataTable().columns.adjust()))
  $('#filtered-datatables-download').on('submit', countVisibleAsStored).on('submit', openBeside)
})(jQuery)

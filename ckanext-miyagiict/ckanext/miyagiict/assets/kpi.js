/* The points of a KPI's chart by keyboard and by mouse: one stop for the tab key, arrow keys go on from point to point,
 * and the words of each stand below the chart, where screen readers hear them. Without this the table has the same numbers.
 */
this.ckan.module('miyagiict-kpi-chart', function ($) {
  'use strict'

  return {
    options: { hint: '' },

    initialize: function () {
      this.said = this.el.find('[role=status]')
      this.el.find('svg').each((_, svg) => this.open(svg))
    },

    open: function (svg) {
      const points = Array.from(svg.querySelectorAll('.mark-symbol [role=graphics-symbol]'))
      if (!points.length) return
      points.forEach((point, position) => {
        point.setAttribute('tabindex', position ? -1 : 0)
        point.addEventListener('focus', () => this.say(point))
        point.addEventListener('mouseenter', () => this.say(point))
        point.addEventListener('click', () => point.focus())
      })
      points[0].setAttribute('aria-description', this.options.hint)
      svg.addEventListener('keydown', event => {
        const here = points.indexOf(document.activeElement)
        const goal = {
          ArrowRight: here + 1, ArrowDown: here + 1, ArrowLeft: here - 1, ArrowUp: here - 1, Home: 0, End: points.length - 1
        }[event.key]
        if (here < 0 || goal === undefined) return
        event.preventDefault()
        const next = points[Math.min(Math.max(goal, 0), points.length - 1)]
        points.forEach(point => point.setAttribute('tabindex', point === next ? 0 : -1))
        next.focus()
      })
    },

    say: function (point) {
      this.said.text(point.getAttribute('aria-label'))
    }
  }
})

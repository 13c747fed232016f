// Runs before the first paint so that the page never flashes in the wrong theme or language.
;(function () {
  var root = document.documentElement
  var theme = null
  var lang = null
  try {
    theme = localStorage.getItem('thinkwatch.theme')
    lang = localStorage.getItem('thinkwatch.locale')
  } catch (_) {
    // Storage may be forbidden; the defaults below are fine.
  }
  var dark = theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  root.classList.toggle('dark', dark)
  root.lang = lang || (/^zh\b/i.test(navigator.language) ? 'zh' : 'en')
})()

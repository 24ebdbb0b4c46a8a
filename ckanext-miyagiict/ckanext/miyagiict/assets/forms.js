/* What Select2 tells screen readers in the fields that suggest values: its own Japanese has no word for these. */
if (document.documentElement.lang === 'ja') {
  jQuery.fn.select2.defaults.set('language', {
    search: () => '検索',
    removeItem: () => 'この項目を削除',
    removeAllItems: () => 'すべての項目を削除'
  })
}

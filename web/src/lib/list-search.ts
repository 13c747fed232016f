import { choice, text } from './search'

/** What the URL of a managed list holds: find, order, and which dialog is open on which row. */
export interface ListSearch {
  q?: string
  sort?: string
  /** Rows that are over and done with, too. */
  show?: 'all'
  /** `new`, or `<verb>:<id>` of a row. */
  dialog?: string
}

export interface ListPageProps {
  search: ListSearch
  onSearch: (change: Partial<ListSearch>) => void
}

export const readListSearch = (search: Record<string, unknown>): ListSearch => ({
  q: text(search, 'q'),
  sort: text(search, 'sort'),
  show: choice(search, 'show', ['all']),
  dialog: text(search, 'dialog'),
})

export interface OpenDialog {
  verb: string
  id: string | undefined
}

export function readDialog(dialog: string | undefined): OpenDialog | undefined {
  if (!dialog) return undefined
  const [verb = '', ...id] = dialog.split(':')
  return { verb, id: id.length > 0 ? id.join(':') : undefined }
}

/** `limits:<id>` opens the same dialog as `edit:<id>`, on its limits. */
export const isEdit = (dialog: OpenDialog | undefined) => dialog?.verb === 'edit' || dialog?.verb === 'limits'
export const tabOf = (dialog: OpenDialog | undefined) => (dialog?.verb === 'limits' ? 'limits' : 'settings')

/** Every word occurs somewhere in the row's text. */
export function matches(query: string | undefined, ...fields: (string | null | undefined)[]): boolean {
  if (!query) return true
  const haystack = fields.join(' ').toLowerCase()
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => haystack.includes(word))
}

import { readListSearch, type ListSearch } from '@/lib/list-search'
import { choice, text } from '@/lib/search'

export const roleTabs = ['policy', 'members', 'limits', 'history'] as const
export type RoleTab = (typeof roleTabs)[number]

/** Whose drawer is open (`new`: of a role to be), on which tab, the policy as form or as JSON. */
export interface RolesSearch extends ListSearch {
  id?: string
  tab?: RoleTab
  view?: 'json'
}

export const readRolesSearch = (search: Record<string, unknown>): RolesSearch => ({
  ...readListSearch(search),
  id: text(search, 'id'),
  tab: choice(search, 'tab', roleTabs),
  view: choice(search, 'view', ['json']),
})

export interface RolesProps {
  search: RolesSearch
  onSearch: (change: Partial<RolesSearch>) => void
}

import { readListSearch, type ListSearch } from '@/lib/list-search'
import { choice, text } from '@/lib/search'

export const teamTabs = ['details', 'members', 'roles', 'limits'] as const
export type TeamTab = (typeof teamTabs)[number]

export interface TeamsSearch extends ListSearch {
  id?: string
  tab?: TeamTab
}

export const readTeamsSearch = (search: Record<string, unknown>): TeamsSearch => ({
  ...readListSearch(search),
  id: text(search, 'id'),
  tab: choice(search, 'tab', teamTabs),
})

export interface TeamsProps {
  search: TeamsSearch
  onSearch: (change: Partial<TeamsSearch>) => void
}

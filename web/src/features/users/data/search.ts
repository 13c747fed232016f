import { readListSearch, type ListSearch } from '@/lib/list-search'
import { choice, text } from '@/lib/search'

export const statuses = ['active', 'disabled', 'deleted'] as const
export const kinds = ['person', 'service_account'] as const
export const signIns = ['sso', 'password'] as const
export const userTabs = ['profile', 'roles', 'permissions', 'explain', 'sessions', 'limits', 'keys'] as const
export type UserTab = (typeof userTabs)[number]

/** The list's question, and whose drawer is open on which tab with which question about permissions. */
export interface UsersSearch extends ListSearch {
  status?: (typeof statuses)[number]
  kind?: (typeof kinds)[number]
  team?: string
  /** Linked to single sign-on, or not. */
  signin?: (typeof signIns)[number]
  id?: string
  tab?: UserTab
  permission?: string
  /** A team; absent: outside teams. */
  place?: string
  resource?: string
}

export const readUsersSearch = (search: Record<string, unknown>): UsersSearch => ({
  ...readListSearch(search),
  status: choice(search, 'status', statuses),
  kind: choice(search, 'kind', kinds),
  team: text(search, 'team'),
  signin: choice(search, 'signin', signIns),
  id: text(search, 'id'),
  tab: choice(search, 'tab', userTabs),
  permission: text(search, 'permission'),
  place: text(search, 'place'),
  resource: text(search, 'resource'),
})

export const closedDrawer: Partial<UsersSearch> = {
  id: undefined,
  tab: undefined,
  permission: undefined,
  place: undefined,
  resource: undefined,
}

export interface UsersProps {
  search: UsersSearch
  onSearch: (change: Partial<UsersSearch>) => void
}

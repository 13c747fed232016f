import { outcomes, type LogFilters, type Outcome } from '@/lib/api/logs'
import { choice, text } from '@/lib/search'

export const windows = ['15m', '1h', '24h', '7d', '30d'] as const
export type Window = (typeof windows)[number]

/** Everything that makes a view of the logs, so that its address can be shared. */
export interface LogSearch {
  q?: string
  model?: string
  provider?: string
  outcome?: Outcome
  user_email?: string
  key_name?: string
  window?: Window
  sort?: string
  /** The call whose drawer is open. */
  id?: string
}

export const readLogSearch = (search: Record<string, unknown>): LogSearch => ({
  q: text(search, 'q'),
  model: text(search, 'model'),
  provider: text(search, 'provider'),
  outcome: choice(search, 'outcome', outcomes),
  user_email: text(search, 'user_email'),
  key_name: text(search, 'key_name'),
  window: choice(search, 'window', windows),
  sort: text(search, 'sort'),
  id: text(search, 'id'),
})

export const filterNames = ['model', 'provider', 'outcome', 'user_email', 'key_name'] as const
export type FilterName = (typeof filterNames)[number]

export const cleared: Partial<LogSearch> = {
  q: undefined,
  model: undefined,
  provider: undefined,
  outcome: undefined,
  user_email: undefined,
  key_name: undefined,
  window: undefined,
}

const minutes: Record<Window, number> = { '15m': 15, '1h': 60, '24h': 1_440, '7d': 10_080, '30d': 43_200 }

/** The request of a view. The start of the window is cut to the minute, so that its cache key is stable. */
export function toFilters(search: LogSearch, now = Date.now()): LogFilters {
  const { window, id: _id, ...filters } = search
  if (!window) return filters
  const start = Math.floor((now - minutes[window] * 60_000) / 60_000) * 60_000
  return { ...filters, from: new Date(start).toISOString() }
}

import type { QueryClient } from '@tanstack/react-query'
import type { Translate } from '@/i18n'
import { limitBudgetsQuery, limitRulesQuery, type LimitSubject } from '@/lib/api/limits'
import { ApiError, type Versioned } from '@/lib/api/problem'
import { itemsOf, type LimitItem } from './limits'

/** A subject's limit as it is now, absent for one that is not there yet, and the versions of the lists it stands in. */
export interface ReadLimits {
  item: LimitItem | undefined
  etags: Record<LimitItem['type'], string | undefined>
}

/** Reads both lists anew, for the panel around the form too. */
export async function readLimits(
  client: QueryClient,
  subject: LimitSubject,
  item: LimitItem | undefined,
  t: Translate,
): Promise<Versioned<ReadLimits>> {
  const [rules, budgets] = await Promise.all([
    client.fetchQuery({ ...limitRulesQuery(subject), staleTime: 0 }),
    client.fetchQuery({ ...limitBudgetsQuery(subject), staleTime: 0 }),
  ])
  const now = item && itemsOf(rules.items, budgets.items, []).find((each) => each.id === item.id)
  if (item && !now) throw new ApiError(404, { detail: t('limits.goneMeanwhile') })
  return { value: { item: now, etags: { rule: rules.etag, budget: budgets.etag } } }
}

import { queryOptions } from '@tanstack/react-query'
import { api, type Schemas } from './client'
import { ifMatch, unwrap, withVersion } from './problem'

export type LimitRule = Schemas['LimitRuleView']
export type LimitBudget = Schemas['BudgetView']
export type LimitUsage = Schemas['UsageView']
export type Simulation = Schemas['SimulateBody']
export type LimitSubjectKind =
  'user' | 'api_key' | 'team' | 'organization' | 'role' | 'provider' | 'model' | 'mcp_server' | 'mcp_tool'

/** Whom limits are about, as the API addresses it. */
export interface LimitSubject {
  kind: LimitSubjectKind
  id: string
}

const every = 3_000
const pathOf = ({ kind, id }: LimitSubject) => ({ path: { kind, id } })

export const limitsKey = ({ kind, id }: LimitSubject) => ['limits', kind, id]

export const limitRulesQuery = (subject: LimitSubject) =>
  queryOptions({
    queryKey: [...limitsKey(subject), 'rules'],
    queryFn: ({ signal }) =>
      withVersion(api.GET('/api/admin/limits/{kind}/{id}/rules', { params: pathOf(subject), signal })),
  })

export const limitBudgetsQuery = (subject: LimitSubject) =>
  queryOptions({
    queryKey: [...limitsKey(subject), 'budgets'],
    queryFn: ({ signal }) =>
      withVersion(api.GET('/api/admin/limits/{kind}/{id}/budgets', { params: pathOf(subject), signal })),
  })

export const limitUsageQuery = (subject: LimitSubject) =>
  queryOptions({
    queryKey: [...limitsKey(subject), 'usage'],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/admin/limits/{kind}/{id}/usage', { params: pathOf(subject), signal })),
    refetchInterval: every,
  })

export const userLimitsQuery = (userId: string) =>
  queryOptions({
    queryKey: ['limits', 'dashboard', userId],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/admin/limits/user/{id}/dashboard', { params: { path: { id: userId } }, signal })),
    refetchInterval: every,
  })

// The version is the list's: a slot that is still empty has none of its own.
export const setLimitRule = (subject: LimitSubject, body: Schemas['LimitRuleBody'], etag?: string) =>
  unwrap(api.POST('/api/admin/limits/{kind}/{id}/rules', { params: pathOf(subject), body, ...ifMatch(etag) }))
export const setLimitBudget = (subject: LimitSubject, body: Schemas['BudgetBody'], etag?: string) =>
  unwrap(
    api.POST('/api/admin/limits/{kind}/{id}/budgets', { params: pathOf(subject), body, ...ifMatch(etag) }),
  )
/** The same for many: what came of each, in their order. */
export const setLimits = (
  targets: LimitSubject[],
  request: { rule: Schemas['LimitRuleBody'] } | { budget: Schemas['BudgetBody'] },
) =>
  unwrap(
    api.POST('/api/admin/limits/bulk', {
      body: { targets, rule: null, budget: null, ...request } as Schemas['BulkBody'],
    }),
  ).then((answer) => answer.results)
export const removeLimitRule = ({ kind, id }: LimitSubject, ruleId: string, etag?: string) =>
  unwrap(
    api.DELETE('/api/admin/limits/{kind}/{id}/rules/{ruleId}', {
      params: { path: { kind, id, ruleId } },
      ...ifMatch(etag),
    }),
  )
export const removeLimitBudget = ({ kind, id }: LimitSubject, budgetId: string, etag?: string) =>
  unwrap(
    api.DELETE('/api/admin/limits/{kind}/{id}/budgets/{budgetId}', {
      params: { path: { kind, id, budgetId } },
      ...ifMatch(etag),
    }),
  )
export const resetLimits = (subject: LimitSubject) =>
  unwrap(api.POST('/api/admin/limits/{kind}/{id}/reset', { params: pathOf(subject) }))
export const simulateLimits = (body: Simulation) => unwrap(api.POST('/api/admin/limits/simulate', { body }))

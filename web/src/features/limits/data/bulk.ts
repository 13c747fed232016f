import type { LimitSubject } from '@/lib/api/limits'

export const kinds = ['user', 'team', 'api_key'] as const
export type BulkKind = (typeof kinds)[number]

/** Whom a limit can be set for, with what they are called. */
export interface Candidate extends LimitSubject {
  kind: BulkKind
  name: string
  detail: string
}

/** What came of one of them. */
export interface Outcome {
  candidate: Candidate
  problem?: string
}

export const most = 500
export const keyOf = ({ kind, id }: LimitSubject) => `${kind}:${id}`

/** The API answers by the place in what was sent. */
export const outcomesOf = (
  chosen: Candidate[],
  results: { index: number; status: number; problem: string | null }[],
): Outcome[] =>
  results.flatMap(({ index, status, problem }) => {
    const candidate = chosen[index]
    if (!candidate) return []
    return [status < 300 ? { candidate } : { candidate, problem: problem ?? `HTTP ${status}` }]
  })

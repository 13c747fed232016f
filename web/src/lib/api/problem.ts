import type { components } from './schema'

export type Problem = components['schemas']['Problem']

/** A refusal of the management API (RFC 9457), or a fault on the way to it (status 0). */
export class ApiError extends Error {
  readonly status: number
  readonly problem: Partial<Problem>

  constructor(status: number, problem: Partial<Problem>, cause?: unknown) {
    super(problem.detail || problem.title || `HTTP ${status}`, { cause })
    this.name = 'ApiError'
    this.status = status
    this.problem = problem
  }

  get requestId(): string | undefined {
    return this.problem.request_id
  }

  /** First message of each field, named as the API names it. */
  get fields(): Record<string, string> {
    const entries = Object.entries(this.problem.errors ?? {})
    return Object.fromEntries(entries.map(([field, messages]) => [field, messages[0] ?? '']))
  }
}

export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  return new ApiError(0, { title: error instanceof Error ? error.message : String(error) }, error)
}

type Answer<T> = { data?: T; error?: unknown; response: Response }

/** Turns openapi-fetch's answer into its data, or throws an ApiError. */
export async function unwrap<T>(call: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>
  try {
    answer = await call
  } catch (error) {
    throw toApiError(error)
  }
  if (answer.response.ok) return answer.data as T
  const body = answer.error
  const problem = body && typeof body === 'object' ? (body as Partial<Problem>) : {}
  const requestId = problem.request_id ?? answer.response.headers.get('x-request-id') ?? undefined
  throw new ApiError(answer.response.status, { ...problem, request_id: requestId })
}

/** What was read, and the version that it was read at. */
export interface Versioned<T> {
  value: T
  etag?: string
}

/** As `unwrap`, with the version for a later change. */
export async function readVersion<T>(call: Promise<Answer<T>>): Promise<Versioned<T>> {
  const value = await unwrap(call)
  return { value, etag: (await call).response.headers.get('etag') ?? undefined }
}

/** As `unwrap`, with the version beside what is in a list or a page of settings. */
export async function withVersion<T extends object>(
  call: Promise<Answer<T>>,
): Promise<T & { etag?: string }> {
  const { value, etag } = await readVersion(call)
  return { ...value, etag }
}

/** A change is refused (412) when what it stands on was changed meanwhile. */
export const ifMatch = (etag: string | undefined) => (etag ? { headers: { 'If-Match': etag } } : {})

/** A conversation as the playground keeps it: one shape for the three surfaces, with what each of them needs to go on. */
export const surfaces = ['chat', 'messages', 'responses'] as const
export type Surface = (typeof surfaces)[number]

export const efforts = ['default', 'low', 'medium', 'high'] as const
export type Effort = (typeof efforts)[number]

export const toolChoices = ['auto', 'required', 'none'] as const
export type ToolChoice = (typeof toolChoices)[number]

export interface Tool {
  name: string
  description: string
  /** JSON schema of its arguments. */
  parameters: Json
}

/** What is asked beside the conversation. A number that is not given is not sent: the model's own default holds. */
export interface Settings {
  system: string
  temperature?: number
  topP?: number
  maxTokens?: number
  stop: string[]
  effort: Effort
  stream: boolean
  tools: Tool[]
  toolChoice: ToolChoice
  /** Any further fields of the request, as they are. */
  extra: Json
}

export interface ImagePart {
  id: string
  name: string
  mediaType: string
  base64: string
}

export type AnswerPart =
  | { kind: 'thinking' | 'text' | 'refusal'; text: string }
  | { kind: 'hidden-thinking' }
  | { kind: 'tool-call'; id: string; name: string; arguments: string }

export type ToolCall = Extract<AnswerPart, { kind: 'tool-call' }>

export interface ToolResult {
  callId: string
  name: string
  text: string
  failed: boolean
}

export interface Usage {
  input?: number
  output?: number
  cached?: number
  reasoning?: number
}

/** What a surface made of its own answer so far. */
export interface Draft {
  parts: AnswerPart[]
  usage: Usage
  stopReason?: string
  /** The answer in the surface's own form: sent back unchanged, so that signatures and ids survive. */
  native?: unknown
}

export interface CallError {
  /** 0: the connection itself failed. */
  status: number
  message: string
  code?: string
}

export interface Answer extends Draft {
  model: string
  surface: Surface
  status: 'running' | 'done' | 'stopped' | 'failed'
  requestId: string | null
  headers: [name: string, value: string][]
  firstTokenMs: number | null
  totalMs: number | null
  error?: CallError
}

export type Turn =
  | { kind: 'user'; id: string; text: string; images: ImagePart[] }
  | { kind: 'answer'; id: string; answer: Answer }
  | { kind: 'results'; id: string; results: ToolResult[] }

export type Json = Record<string, unknown>

export interface SurfaceFormat {
  path: string
  headers: Record<string, string>
  body: (model: string, turns: Turn[], settings: Settings) => Json
  /** Reads a whole answer. */
  read: (answer: Json) => Draft
  /** Reads a streamed one, event by event; the draft is the same object throughout. */
  reader: () => { draft: Draft; add: (event: Json) => void }
  error: (body: Json) => { message?: string; code?: string } | undefined
}

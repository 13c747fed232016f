import type { UseQueryResult } from '@tanstack/react-query'
import { Bot, Brain, Image, MessageSquareOff, Settings2, User, Wrench, type LucideIcon } from 'lucide-react'
import { EmptyState } from '@/components/states'
import { Skeleton } from '@/components/ui/skeleton'
import { useI18n, type MessageKey } from '@/i18n'
import type { LogBody } from '@/lib/api/logs'
import { cn } from '@/lib/cn'
import { BodyError, CaptureNote } from './body-view'
import {
  requestSettings,
  requestTurns,
  responseError,
  responseTurns,
  type Part,
  type Turn,
} from './data/conversation'

const roleIcons: Record<string, LucideIcon> = {
  system: Settings2,
  developer: Settings2,
  user: User,
  assistant: Bot,
  tool: Wrench,
}
const knownRoles = new Set(Object.keys(roleIcons))

export function Conversation({ body }: { body: UseQueryResult<LogBody> }) {
  const { t } = useI18n()
  if (body.isPending) return <Skeleton className="h-48" />
  if (body.isError) return <BodyError query={body} />
  const { request_body, response_body, body_capture_status: status } = body.data
  const asked = requestTurns(request_body)
  const answered = responseTurns(response_body)
  const refused = responseError(response_body)
  const settings = requestSettings(request_body)
  if (!asked && !answered && !refused) {
    return (
      <EmptyState icon={MessageSquareOff} title={t('logs.noConversation')}>
        {t(request_body || response_body ? 'logs.noConversationHint' : 'logs.noBody')}
      </EmptyState>
    )
  }
  return (
    <div className="grid gap-4">
      <CaptureNote status={status} />
      <ol className="grid gap-4">
        {asked?.map((turn, index) => (
          <TurnView key={`asked-${index}`} turn={turn} />
        ))}
        {answered?.map((turn, index) => (
          <TurnView key={`answered-${index}`} turn={turn} answer />
        ))}
      </ol>
      {refused && <p className="rounded-md bg-bad-soft px-3 py-2 text-sm break-words text-bad">{refused}</p>}
      {settings.length > 0 && (
        <details className="rounded-lg border border-line">
          <summary className="px-3 py-2 text-sm font-medium">
            {t('logs.settings', { n: settings.length })}
          </summary>
          <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 border-t border-line px-3 py-2 font-mono text-xs">
            {settings.map(([name, value]) => (
              <div key={name} className="contents">
                <dt className="text-ink-3">{name}</dt>
                <dd className="break-words">{value}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </div>
  )
}

function TurnView({ turn, answer }: { turn: Turn; answer?: boolean }) {
  const { t } = useI18n()
  const Icon = roleIcons[turn.role] ?? Bot
  const quiet = turn.role === 'system' || turn.role === 'developer'
  return (
    <li className="grid grid-cols-[1.75rem_minmax(0,1fr)] gap-3">
      <span
        aria-hidden
        className={cn(
          'grid size-7 place-items-center rounded-full border border-line bg-sunken text-ink-2',
          answer && 'border-transparent bg-accent text-accent-ink',
        )}
      >
        <Icon className="size-3.5" />
      </span>
      <div className="min-w-0">
        <p className="mb-1 flex h-5 items-center gap-2 text-xs font-medium text-ink-2">
          {knownRoles.has(turn.role) ? t(`logs.role.${turn.role}` as MessageKey) : turn.role}
          {answer && <span className="font-normal text-ink-3">{t('logs.answer')}</span>}
        </p>
        <div
          className={cn(
            'grid gap-2 rounded-lg rounded-ss-sm border border-line px-3 py-2.5',
            quiet && 'bg-sunken text-ink-2',
            answer && 'border-accent/40 bg-accent-soft/50',
          )}
        >
          {turn.parts.length === 0 && <p className="text-sm text-ink-3">{t('logs.emptyTurn')}</p>}
          {turn.parts.map((part, index) => (
            <PartView key={index} part={part} />
          ))}
        </div>
      </div>
    </li>
  )
}

function PartView({ part }: { part: Part }) {
  const { t } = useI18n()
  if (part.kind === 'text' || part.kind === 'refusal') {
    return (
      <p className={cn('text-base break-words whitespace-pre-wrap', part.kind === 'refusal' && 'text-warn')}>
        {part.text}
      </p>
    )
  }
  if (part.kind === 'thinking') {
    return (
      <details>
        <summary className="inline-flex items-center gap-1.5 text-xs font-medium text-ink-2">
          <Brain className="size-3.5" aria-hidden />
          {t('logs.thinking')}
        </summary>
        <p className="mt-1.5 border-s-2 border-line-strong ps-3 text-sm whitespace-pre-wrap text-ink-2">
          {part.text}
        </p>
      </details>
    )
  }
  const Icon = part.kind === 'media' ? Image : Wrench
  return (
    <div className="overflow-hidden rounded-md border border-line bg-panel">
      <p className="flex items-center gap-1.5 border-b border-line bg-sunken px-2.5 py-1 font-mono text-xs text-ink-2">
        <Icon className="size-3.5" aria-hidden />
        {part.label}
      </p>
      <pre
        tabIndex={0}
        className="max-h-72 overflow-auto px-2.5 py-2 text-xs break-words whitespace-pre-wrap"
      >
        {part.text}
      </pre>
    </div>
  )
}

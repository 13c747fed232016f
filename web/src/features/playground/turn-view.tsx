import { Bot, CircleSlash, CircleX, User, Wrench, type LucideIcon } from 'lucide-react'
import { memo, type ReactNode } from 'react'
import { Badge } from '@/components/ui/badge'
import { useI18n } from '@/i18n'
import { cn } from '@/lib/cn'
import { AnswerError } from './answer-error'
import { AnswerFacts } from './answer-facts'
import { AnswerPartView } from './answer-parts'
import { pretty } from './data/json'
import type { Answer, Turn } from './data/types'
import { ImageThumb } from './image-thumb'

interface TurnViewProps {
  turn: Turn
  /** Given for the last turn only: nothing else can be asked again. */
  onRetry?: () => void
}

export const TurnView = memo(function TurnView({ turn, onRetry }: TurnViewProps) {
  const { t } = useI18n()
  if (turn.kind === 'user') {
    return (
      <Framed icon={User} name={t('play.you')}>
        {turn.images.length > 0 && (
          <div className="flex flex-wrap gap-2">
            {turn.images.map((image) => (
              <ImageThumb key={image.id} image={image} />
            ))}
          </div>
        )}
        {turn.text && <p className="text-base break-words whitespace-pre-wrap">{turn.text}</p>}
      </Framed>
    )
  }
  if (turn.kind === 'results') {
    return (
      <Framed icon={Wrench} name={t('play.results')}>
        {turn.results.map((result) => (
          <div key={result.callId} className="grid gap-1">
            <p className="flex items-center gap-1.5 font-mono text-xs text-ink-2">
              {result.name}
              {result.failed && (
                <Badge tone="bad">
                  <CircleX aria-hidden />
                  {t('play.failed')}
                </Badge>
              )}
            </p>
            <pre
              tabIndex={0}
              aria-label={t('play.result', { name: result.name })}
              className="max-h-60 overflow-auto text-xs break-words whitespace-pre-wrap"
            >
              {pretty(result.text)}
            </pre>
          </div>
        ))}
      </Framed>
    )
  }
  return <AnswerView answer={turn.answer} onRetry={onRetry} />
})

function AnswerView({ answer, onRetry }: { answer: Answer; onRetry?: () => void }) {
  const { t } = useI18n()
  const running = answer.status === 'running'
  const begun = answer.parts.some((part) => part.kind === 'text' || part.kind === 'tool-call')
  return (
    <Framed
      icon={Bot}
      name={answer.model}
      aside={<span className="font-normal text-ink-3">{t(`play.surface.${answer.surface}`)}</span>}
      answer
      busy={running}
      below={
        <>
          {answer.status === 'failed' && <AnswerError answer={answer} onRetry={onRetry} />}
          {!running && answer.requestId && <AnswerFacts answer={answer} />}
        </>
      }
      bare={answer.status === 'failed' && answer.parts.length === 0}
    >
      {answer.parts.map((part, index) => (
        <AnswerPartView key={index} part={part} running={running && !begun} />
      ))}
      {running && (
        <p className="flex items-center gap-2 text-xs text-ink-3" role="status">
          <span className="inline-block h-3.5 w-1.5 animate-pulse bg-accent" aria-hidden />
          {t('play.answering')}
        </p>
      )}
      {answer.status === 'stopped' && (
        <p>
          <Badge>
            <CircleSlash aria-hidden />
            {t('play.stopped')}
          </Badge>
        </p>
      )}
      {answer.status === 'done' && answer.parts.length === 0 && (
        <p className="text-sm text-ink-3">{t('play.noAnswer')}</p>
      )}
    </Framed>
  )
}

interface FramedProps {
  icon: LucideIcon
  name: string
  aside?: ReactNode
  answer?: boolean
  busy?: boolean
  /** Nothing was said: only what is below the frame. */
  bare?: boolean
  below?: ReactNode
  children: ReactNode
}

function Framed({ icon: Icon, name, aside, answer, busy, bare, below, children }: FramedProps) {
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
      <div className="grid min-w-0 content-start gap-2">
        <p className="flex h-5 items-center gap-2 text-xs font-medium text-ink-2">
          <span className="truncate">{name}</span>
          {aside}
        </p>
        {!bare && (
          <div
            aria-busy={busy || undefined}
            className={cn(
              'grid gap-2 rounded-lg rounded-ss-sm border border-line px-3 py-2.5',
              answer && 'border-accent/40 bg-accent-soft/50',
            )}
          >
            {children}
          </div>
        )}
        {below}
      </div>
    </li>
  )
}

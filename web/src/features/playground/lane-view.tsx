import { MessagesSquare } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { EmptyState } from '@/components/states'
import { SimulatedBadge } from '@/components/status'
import { Button } from '@/components/ui/button'
import { Select } from '@/components/ui/select'
import { useI18n } from '@/i18n'
import { openCalls } from './data/history'
import { ToolResults } from './tool-results'
import { TurnView } from './turn-view'
import type { LaneControl } from './use-lane'

interface LaneViewProps {
  control: LaneControl
  label: string
  model: string
  models: string[]
  simulated: boolean
  onModel: (model: string) => void
  /** Offers something to ask; the first column only. */
  onAsk?: (text: string) => void
  /** No second conversation could be typed in meanwhile. */
  alone?: boolean
}

const examples = ['play.try.hello', 'play.try.explain', 'play.try.json'] as const
/** Nearer to the end than this, the reader follows the answer. */
const nearEnd = 80

export function LaneView({ control, label, model, models, simulated, onModel, onAsk, alone }: LaneViewProps) {
  const { t } = useI18n()
  const { turns } = control
  const calls = openCalls(turns)
  const scroller = useRef<HTMLDivElement>(null)
  const follows = useRef(true)
  const content = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = scroller.current
    if (!element || !content.current) return
    const observer = new ResizeObserver(() => {
      if (follows.current) element.scrollTop = element.scrollHeight
    })
    observer.observe(content.current)
    return () => observer.disconnect()
  }, [])

  return (
    <section className="panel flex min-h-0 min-w-0 flex-col" aria-label={t('play.conversation', { model })}>
      <header className="flex items-center gap-2 border-b border-line px-3 py-2">
        <Select
          aria-label={label}
          value={model}
          onChange={(event) => onModel(event.target.value)}
          className="min-w-0 flex-1 sm:max-w-80"
        >
          {!models.includes(model) && <option value={model}>{model}</option>}
          {models.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </Select>
        {simulated && <SimulatedBadge />}
      </header>
      <div
        ref={scroller}
        tabIndex={0}
        role="log"
        aria-live="polite"
        aria-label={t('play.conversation', { model })}
        onScroll={(event) => {
          const { scrollHeight, scrollTop, clientHeight } = event.currentTarget
          follows.current = scrollHeight - scrollTop - clientHeight < nearEnd
        }}
        className="relative min-h-64 flex-1 overflow-y-auto p-3 sm:p-4"
      >
        <div ref={content}>
          {turns.length === 0 ? (
            <EmptyState
              icon={MessagesSquare}
              title={t('play.empty')}
              action={
                onAsk &&
                examples.map((example) => (
                  <Button key={example} size="sm" onClick={() => onAsk(t(example))}>
                    {t(example)}
                  </Button>
                ))
              }
            >
              {t('play.emptyHint')}
            </EmptyState>
          ) : (
            <ol className="mx-auto grid max-w-3xl gap-5">
              {turns.map((turn, index) => (
                <TurnView
                  key={turn.id}
                  turn={turn}
                  onRetry={index === turns.length - 1 ? control.again : undefined}
                />
              ))}
            </ol>
          )}
          {calls.length > 0 && (
            <div className="mx-auto mt-4 max-w-3xl ps-10">
              <ToolResults
                key={calls.map((call) => call.id).join()}
                calls={calls}
                takesFocus={alone}
                onSend={control.giveResults}
              />
            </div>
          )}
        </div>
      </div>
    </section>
  )
}

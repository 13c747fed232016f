import { Brain, ChevronRight, Wrench } from 'lucide-react'
import { CodeBlock } from '@/components/code-block'
import { useI18n } from '@/i18n'
import { splitFences } from './data/fences'
import { pretty } from './data/json'
import type { AnswerPart } from './data/types'

export function AnswerPartView({ part, running }: { part: AnswerPart; running: boolean }) {
  const { t } = useI18n()
  switch (part.kind) {
    case 'thinking':
      return <Thinking text={part.text} running={running} />
    case 'hidden-thinking':
      return (
        <p className="flex items-center gap-1.5 text-xs text-ink-3">
          <Brain className="size-3.5 shrink-0" aria-hidden />
          {t('play.hiddenThinking')}
        </p>
      )
    case 'tool-call':
      return <ToolCallView name={part.name} source={part.arguments} />
    case 'refusal':
      return (
        <p className="text-base break-words whitespace-pre-wrap text-warn">
          <span className="block text-xs font-medium">{t('play.refused')}</span>
          {part.text}
        </p>
      )
    default:
      return <Prose text={part.text} />
  }
}

function Prose({ text }: { text: string }) {
  return splitFences(text).map((passage, index) =>
    passage.code ? (
      <CodeBlock key={index} code={passage.text} label={passage.language ?? 'code'} className="my-1" />
    ) : (
      <p key={index} className="text-base break-words whitespace-pre-wrap">
        {passage.text}
      </p>
    ),
  )
}

/** Open while it is all there is, folded away once the answer begins. */
function Thinking({ text, running }: { text: string; running: boolean }) {
  const { t } = useI18n()
  return (
    <details open={running} key={running ? 'running' : 'done'} className="group">
      <summary className="inline-flex list-none items-center gap-1.5 rounded text-xs font-medium text-ink-2 hover:text-ink">
        <Brain className="size-3.5" aria-hidden />
        {t('play.thinking')}
        <ChevronRight
          className="size-3.5 transition-transform group-open:rotate-90 rtl:rotate-180"
          aria-hidden
        />
      </summary>
      <p className="mt-1.5 max-h-80 overflow-y-auto border-s-2 border-line-strong ps-3 text-sm break-words whitespace-pre-wrap text-ink-2">
        {text}
      </p>
    </details>
  )
}

function ToolCallView({ name, source }: { name: string; source: string }) {
  const { t } = useI18n()
  const shown = pretty(source)
  const empty = shown.trim() === '' || shown === '{}'
  return (
    <div className="overflow-hidden rounded-md border border-line bg-panel">
      <p className="flex items-center gap-1.5 bg-sunken px-2.5 py-1 text-xs text-ink-2">
        <Wrench className="size-3.5 shrink-0" aria-hidden />
        <span className="min-w-0 truncate font-mono">{t('play.toolCall', { name })}</span>
        {empty && <span className="ms-auto text-ink-3">{t('play.noArguments')}</span>}
      </p>
      {!empty && (
        <pre
          tabIndex={0}
          aria-label={t('play.toolCall', { name })}
          className="max-h-60 overflow-auto border-t border-line px-2.5 py-2 text-xs break-words whitespace-pre-wrap"
        >
          {shown}
        </pre>
      )}
    </div>
  )
}

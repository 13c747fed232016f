import { useMutation } from '@tanstack/react-query'
import { Ban, CircleCheck, EyeOff, FlaskConical, TriangleAlert, type LucideIcon } from 'lucide-react'
import { useState } from 'react'
import { CopyButton } from '@/components/copy-button'
import { Panel } from '@/components/page'
import { FormError } from '@/components/states'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Textarea } from '@/components/ui/input'
import { Segmented } from '@/components/ui/segmented'
import { useI18n, type MessageKey } from '@/i18n'
import { tryText, type RuleScope, type SandboxResult } from '@/lib/api/security'
import { cn } from '@/lib/cn'
import { ActionBadge } from './action-badge'
import { scopes } from './data/schema'
import { segmentsOf } from './data/segments'

/** A text, and what would become of it: with the code that calls go through, and the rules that are in force now. */
export function Sandbox() {
  const { t } = useI18n()
  const [text, setText] = useState('')
  const [scope, setScope] = useState<RuleScope>('input')
  const attempt = useMutation({
    mutationFn: async (given: { text: string; scope: RuleScope }) => ({
      given,
      result: await tryText(given),
    }),
  })
  const run = (given = text, way = scope) => given.trim() && attempt.mutate({ text: given, scope: way })
  return (
    <Panel
      title={t('security.sandbox')}
      aside={
        <Segmented
          label={t('security.scope')}
          value={scope}
          onChange={(value) => {
            setScope(value)
            if (attempt.data) run(text, value)
          }}
          options={scopes.map((each) => ({ value: each, label: t(`security.scope.${each}`) }))}
        />
      }
    >
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          run()
        }}
      >
        <Field label={t('security.text')} hint={t('security.textHint')}>
          {(control) => (
            <Textarea
              {...control}
              value={text}
              spellCheck={false}
              onChange={(event) => setText(event.target.value)}
              onKeyDown={(event) => {
                if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) run()
              }}
              className="field-sizing-content max-h-80 min-h-28"
            />
          )}
        </Field>
        <div className="flex flex-wrap justify-end gap-2">
          <Button
            onClick={() => {
              const example = t('security.example')
              setText(example)
              run(example)
            }}
          >
            {t('security.useExample')}
          </Button>
          <Button type="submit" variant="primary" busy={attempt.isPending} disabled={!text.trim()}>
            {!attempt.isPending && <FlaskConical aria-hidden />}
            {t('security.try')}
          </Button>
        </div>
        <FormError error={attempt.error} />
      </form>
      <div aria-live="polite">
        {attempt.data && <Outcome text={attempt.data.given.text} result={attempt.data.result} />}
      </div>
    </Panel>
  )
}

type Verdict = 'blocked' | 'redacted' | 'noticed' | 'clean'
const verdicts: Record<Verdict, { icon: LucideIcon; look: string }> = {
  blocked: { icon: Ban, look: 'bg-bad-soft text-bad' },
  redacted: { icon: EyeOff, look: 'bg-info-soft text-info' },
  noticed: { icon: TriangleAlert, look: 'bg-warn-soft text-warn' },
  clean: { icon: CircleCheck, look: 'bg-ok-soft text-ok' },
}

function verdictOf(result: SandboxResult): Verdict {
  if (result.blocked) return 'blocked'
  if (result.edits.length > 0) return 'redacted'
  return result.hits.length > 0 ? 'noticed' : 'clean'
}

function Outcome({ text, result }: { text: string; result: SandboxResult }) {
  const { t, f } = useI18n()
  const verdict = verdictOf(result)
  const { icon: Icon, look } = verdicts[verdict]
  const actionOf = (rules: string[]) => result.hits.find((hit) => rules.includes(hit.rule))?.action
  return (
    <div className="mt-4 grid gap-3">
      <p className={cn('flex items-center gap-2 rounded-md px-3 py-2 text-sm font-medium', look)}>
        <Icon className="size-4 shrink-0" aria-hidden />
        {t(`security.verdict.${verdict}` as MessageKey)}
      </p>
      <div className="relative">
        <p
          role="region"
          tabIndex={0}
          aria-label={t('security.outcome')}
          className="max-h-96 overflow-y-auto rounded-lg border border-line bg-sunken px-3 py-2.5 pe-10 text-base break-words whitespace-pre-wrap"
        >
          {segmentsOf(text, result.marks, result.edits).map((segment, index) =>
            segment.rules.length === 0 && !segment.replaced ? (
              <span key={index}>{segment.text}</span>
            ) : (
              <mark
                key={index}
                title={segment.rules.join(', ')}
                className={cn(
                  'rounded-sm px-0.5',
                  segment.replaced
                    ? 'bg-info-soft font-mono text-[0.86em] text-info'
                    : actionOf(segment.rules) === 'block'
                      ? 'bg-bad-soft text-bad underline decoration-dotted underline-offset-4'
                      : 'bg-warn-soft text-warn underline decoration-dotted underline-offset-4',
                )}
              >
                {segment.text}
              </mark>
            ),
          )}
        </p>
        <CopyButton
          text={result.redacted}
          label={t('security.copyOutcome')}
          className="absolute end-1.5 top-1.5 bg-sunken"
        />
      </div>
      {result.hits.length > 0 && (
        <ul aria-label={t('security.found')} className="rounded-lg border border-line">
          {result.hits.map((hit) => (
            <li
              key={`${hit.rule} ${hit.scope}`}
              className="flex min-h-9 flex-wrap items-center gap-x-2 border-t border-line px-3 py-1 first:border-0"
            >
              <code className="min-w-0 flex-1 truncate text-xs">{hit.rule}</code>
              <span className="tnum text-xs text-ink-3">×{f.integer(hit.count)}</span>
              <ActionBadge action={hit.action} />
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

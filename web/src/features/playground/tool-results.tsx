import { CornerDownLeft } from 'lucide-react'
import { useId, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Textarea } from '@/components/ui/input'
import { Checkbox } from '@/components/ui/toggles'
import { useI18n } from '@/i18n'
import type { ToolCall, ToolResult } from './data/types'

/** What the tools would have answered, typed by hand: then the loop goes on. */
export function ToolResults(props: {
  calls: ToolCall[]
  takesFocus?: boolean
  onSend: (results: ToolResult[]) => void
}) {
  const { t } = useI18n()
  const [texts, setTexts] = useState<Record<string, string>>({})
  const [failed, setFailed] = useState<Record<string, boolean>>({})
  const send = () =>
    props.onSend(
      props.calls.map((call) => ({
        callId: call.id,
        name: call.name,
        text: texts[call.id] ?? '',
        failed: failed[call.id] ?? false,
      })),
    )
  return (
    <form
      className="grid gap-3 rounded-lg border border-accent/40 bg-accent-soft/40 p-3"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      {props.calls.map((call, index) => (
        <Field
          key={call.id}
          label={t('play.result', { name: call.name })}
          hint={
            <Failed
              checked={failed[call.id] ?? false}
              onChange={(value) => setFailed({ ...failed, [call.id]: value })}
            />
          }
        >
          {(control) => (
            <Textarea
              {...control}
              aria-describedby={undefined}
              autoFocus={props.takesFocus && index === 0}
              value={texts[call.id] ?? ''}
              onChange={(event) => setTexts({ ...texts, [call.id]: event.target.value })}
              onKeyDown={(event) => {
                if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send()
              }}
              placeholder={t('play.resultHint')}
              spellCheck={false}
              className="font-mono text-xs"
            />
          )}
        </Field>
      ))}
      <Button type="submit" variant="primary" className="justify-self-end">
        <CornerDownLeft aria-hidden />
        {t('play.sendResults', { n: props.calls.length })}
      </Button>
    </form>
  )
}

function Failed({ checked, onChange }: { checked: boolean; onChange: (checked: boolean) => void }) {
  const { t } = useI18n()
  const id = useId()
  return (
    <span className="flex items-center gap-2 text-ink-2">
      <Checkbox id={id} checked={checked} onCheckedChange={(value) => onChange(value === true)} />
      <label htmlFor={id}>{t('play.failed')}</label>
    </span>
  )
}

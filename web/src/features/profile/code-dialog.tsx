import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { FormError } from '@/components/states'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { useI18n } from '@/i18n'
import { toApiError } from '@/lib/api/problem'

interface CodeDialogProps {
  title: string
  text: string
  action: string
  danger?: boolean
  onCode: (code: string) => Promise<unknown>
  onClose: () => void
}

/** What only the holder of the device may do: confirmed with its present code. */
export function CodeDialog({ title, text, action, danger, onCode, onClose }: CodeDialogProps) {
  const { t } = useI18n()
  const [code, setCode] = useState('')
  const send = useMutation({ mutationFn: () => onCode(code.replace(/\s/g, '')) })
  const wrong = send.error ? toApiError(send.error).fields.code : undefined
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={title}
      size="sm"
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button
            type="submit"
            form="code-form"
            variant={danger ? 'danger' : 'primary'}
            busy={send.isPending}
            disabled={!code.trim()}
          >
            {action}
          </Button>
        </>
      }
    >
      <form
        id="code-form"
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (code.trim()) send.mutate()
        }}
      >
        <p className="text-sm text-ink-2">{text}</p>
        <CodeField value={code} onChange={setCode} wrong={Boolean(wrong)} />
        {!wrong && <FormError error={send.error} />}
      </form>
    </Dialog>
  )
}

interface CodeFieldProps {
  value: string
  onChange: (code: string) => void
  wrong: boolean
}

export function CodeField({ value, onChange, wrong }: CodeFieldProps) {
  const { t } = useI18n()
  return (
    <Field label={t('auth.code')} hint={t('auth.codeHint')} error={wrong ? t('auth.codeRefused') : undefined}>
      {(control) => (
        <Input
          {...control}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          autoFocus
          inputMode="numeric"
          autoComplete="one-time-code"
          className="max-w-40 font-mono tracking-widest"
        />
      )}
    </Field>
  )
}

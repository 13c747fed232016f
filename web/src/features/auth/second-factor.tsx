import { useState } from 'react'
import { FormError } from '@/components/states'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { useI18n } from '@/i18n'
import { ApiError } from '@/lib/api/problem'

export type SecondFactorCode = { totp_code: string } | { recovery_code: string }

interface SecondFactorProps {
  busy: boolean
  error: unknown
  onSubmit: (code: SecondFactorCode) => void
  onBack: () => void
}

/** The second step of signing in: the code of the device, or one of the recovery codes. */
export function SecondFactor({ busy, error, onSubmit, onBack }: SecondFactorProps) {
  const { t } = useI18n()
  const [recovery, setRecovery] = useState(false)
  const [code, setCode] = useState('')
  const wrong = error instanceof ApiError && error.status === 401
  return (
    <form
      className="panel grid gap-4 p-5 shadow-sm"
      onSubmit={(event) => {
        event.preventDefault()
        const typed = code.trim()
        if (typed) onSubmit(recovery ? { recovery_code: typed } : { totp_code: typed.replace(/\s/g, '') })
      }}
    >
      <Field
        key={recovery ? 'recovery' : 'code'}
        label={t(recovery ? 'auth.recoveryCode' : 'auth.code')}
        error={wrong ? t('auth.codeRefused') : undefined}
        hint={t(recovery ? 'auth.recoveryHint' : 'auth.codeHint')}
      >
        {(control) => (
          <Input
            {...control}
            value={code}
            onChange={(event) => setCode(event.target.value)}
            autoFocus
            inputMode={recovery ? 'text' : 'numeric'}
            autoComplete="one-time-code"
            spellCheck={false}
            className="h-9 font-mono tracking-widest"
          />
        )}
      </Field>
      {!wrong && <FormError error={error} />}
      <Button type="submit" variant="primary" size="lg" busy={busy} disabled={!code.trim()}>
        {t('auth.signIn')}
      </Button>
      <div className="flex justify-between">
        <Button variant="link" size="inline" onClick={onBack}>
          {t('common.back')}
        </Button>
        <Button
          variant="link"
          size="inline"
          onClick={() => {
            setRecovery(!recovery)
            setCode('')
          }}
        >
          {t(recovery ? 'auth.useCode' : 'auth.useRecovery')}
        </Button>
      </div>
    </form>
  )
}

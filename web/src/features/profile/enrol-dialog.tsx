import { useMutation } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { CopyButton } from '@/components/copy-button'
import { FormError } from '@/components/states'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Skeleton } from '@/components/ui/skeleton'
import { useI18n } from '@/i18n'
import { toApiError } from '@/lib/api/problem'
import { confirmTotp, enrollTotp } from '@/lib/api/session'
import { CodeField } from './code-dialog'

const QrCode = lazy(() => import('./qr-code'))

interface EnrolDialogProps {
  onClose: () => void
  onEnrolled: (recoveryCodes: string[]) => void
}

/** Password, then the secret for the app, then its first code: only that puts it in force. */
export function EnrolDialog({ onClose, onEnrolled }: EnrolDialogProps) {
  const { t } = useI18n()
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const enrol = useMutation({ mutationFn: () => enrollTotp(password) })
  const confirm = useMutation({
    mutationFn: () => confirmTotp(code.replace(/\s/g, '')),
    onSuccess: (reply) => onEnrolled(reply.recovery_codes),
  })
  const secret = enrol.data?.secret
  const wrongPassword = enrol.error ? toApiError(enrol.error).fields.password : undefined
  const wrongCode = confirm.error ? toApiError(confirm.error).fields.code : undefined

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('profile.turnOn')}
      description={t(secret ? 'profile.scanHint' : 'profile.enrolHint')}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button
            type="submit"
            form="enrol-form"
            variant="primary"
            busy={enrol.isPending || confirm.isPending}
            disabled={secret ? !code.trim() : !password}
          >
            {t(secret ? 'profile.confirm' : 'common.continue')}
          </Button>
        </>
      }
    >
      <form
        id="enrol-form"
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (secret) confirm.mutate()
          else enrol.mutate()
        }}
      >
        {!enrol.data ? (
          <>
            <Field label={t('auth.password')} error={wrongPassword ? t('profile.wrongPassword') : undefined}>
              {(control) => (
                <Input
                  {...control}
                  type="password"
                  autoFocus
                  autoComplete="current-password"
                  value={password}
                  onChange={(event) => setPassword(event.target.value)}
                />
              )}
            </Field>
            {!wrongPassword && <FormError error={enrol.error} />}
          </>
        ) : (
          <div className="grid gap-5 sm:grid-cols-[auto_1fr]">
            <Suspense fallback={<Skeleton className="size-44" />}>
              <QrCode text={enrol.data.otpauth_uri} label={t('profile.qr')} />
            </Suspense>
            <div className="grid content-start gap-4">
              <div>
                <p className="text-sm font-medium">{t('profile.secret')}</p>
                <p className="mt-0.5 text-xs text-ink-3">{t('profile.secretHint')}</p>
                <p className="mt-1 flex items-center gap-1">
                  <output aria-label={t('profile.secret')} className="font-mono text-xs break-all text-ink-2">
                    {enrol.data.secret}
                  </output>
                  <CopyButton text={enrol.data.secret} label={t('profile.copySecret')} />
                </p>
              </div>
              <CodeField value={code} onChange={setCode} wrong={Boolean(wrongCode)} />
              {!wrongCode && <FormError error={confirm.error} />}
            </div>
          </div>
        )}
      </form>
    </Dialog>
  )
}

import { ShieldAlert, ShieldCheck } from 'lucide-react'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { useI18n } from '@/i18n'
import { disableTotp, renewRecoveryCodes } from '@/lib/api/session'
import { CodeDialog } from './code-dialog'
import { EnrolDialog } from './enrol-dialog'
import { RecoveryCodes } from './recovery-codes'

interface TwoFactorProps {
  enabled: boolean
  onChanged: () => Promise<unknown>
}

export function TwoFactor({ enabled, onChanged }: TwoFactorProps) {
  const { t } = useI18n()
  const [open, setOpen] = useState<'enrol' | 'renew' | 'disable'>()
  // In memory only, and only until the dialog is closed.
  const [codes, setCodes] = useState<string[]>()
  const close = () => setOpen(undefined)
  const Icon = enabled ? ShieldCheck : ShieldAlert
  return (
    <div className="grid gap-3">
      <p className="flex items-start gap-2 text-sm text-ink-2">
        <Icon className={`mt-0.5 size-4 shrink-0 ${enabled ? 'text-ok' : 'text-warn'}`} aria-hidden />
        {t(enabled ? 'profile.totpOn' : 'profile.totpOff')}
      </p>
      <div className="flex flex-wrap gap-2">
        {enabled ? (
          <>
            <Button onClick={() => setOpen('renew')}>{t('profile.newRecoveryCodes')}</Button>
            <Button variant="danger" onClick={() => setOpen('disable')}>
              {t('profile.turnOff')}
            </Button>
          </>
        ) : (
          <Button variant="primary" onClick={() => setOpen('enrol')}>
            {t('profile.turnOn')}
          </Button>
        )}
      </div>
      {open === 'enrol' && (
        <EnrolDialog
          onClose={close}
          onEnrolled={(issued) => {
            setCodes(issued)
            close()
          }}
        />
      )}
      {open === 'renew' && (
        <CodeDialog
          title={t('profile.newRecoveryCodes')}
          text={t('profile.renewText')}
          action={t('profile.newRecoveryCodes')}
          onClose={close}
          onCode={async (code) => {
            setCodes((await renewRecoveryCodes(code)).recovery_codes)
            close()
          }}
        />
      )}
      {open === 'disable' && (
        <CodeDialog
          danger
          title={t('profile.turnOffTitle')}
          text={t('profile.turnOffText')}
          action={t('profile.turnOff')}
          onClose={close}
          onCode={async (code) => {
            await disableTotp(code)
            close()
            await onChanged()
          }}
        />
      )}
      {codes && (
        <RecoveryCodes
          codes={codes}
          onClose={() => {
            setCodes(undefined)
            void onChanged()
          }}
        />
      )}
    </div>
  )
}

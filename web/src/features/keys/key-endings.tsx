import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { ConfirmDialog } from '@/components/confirm-dialog'
import { EditError } from '@/components/edit-conflict'
import { SwitchRow } from '@/components/switch-row'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { useI18n } from '@/i18n'
import { useAccess } from '@/lib/api/access'
import { readKey, revokeKey, revokeLineage, rotateKey, type ApiKey, type ApiKeySecret } from '@/lib/api/keys'
import { useVersion } from '@/lib/use-version'

interface RotateDialogProps {
  apiKey: ApiKey
  onClose: () => void
  onIssued: (secret: ApiKeySecret) => Promise<unknown>
}

const longestGrace = 90 * 24

/** A new secret in the same lineage; how long the old one still works is asked, for a leak can wait for nothing. */
export function RotateDialog({ apiKey, onClose, onIssued }: RotateDialogProps) {
  const { t } = useI18n()
  const [hours, setHours] = useState(apiKey.grace_period_hours?.toString() ?? '')
  const wrong = hours.trim() !== '' && !(/^\d+$/.test(hours.trim()) && Number(hours) <= longestGrace)
  const version = useVersion({ read: () => readKey(apiKey.id) })
  const rotate = useMutation({
    mutationFn: async () =>
      rotateKey(apiKey.id, hours.trim() ? Number(hours) * 3_600 : undefined, await version.etag()),
    onSuccess: async (secret) => {
      onClose()
      await onIssued(secret)
    },
  })
  return (
    <Dialog
      open
      size="sm"
      onOpenChange={(open) => !open && onClose()}
      title={t('keys.rotateTitle')}
      description={t('keys.rotateText')}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" form="rotate-form" variant="primary" busy={rotate.isPending} disabled={wrong}>
            {t('keys.rotate')}
          </Button>
        </>
      }
    >
      <form
        id="rotate-form"
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (!wrong) rotate.mutate()
        }}
      >
        <Field
          label={t('keys.grace')}
          optional={t('common.optional')}
          hint={t('keys.graceNow')}
          error={wrong ? t('keys.graceRange', { hours: longestGrace }) : undefined}
        >
          {(control) => (
            <Input
              {...control}
              value={hours}
              onChange={(event) => setHours(event.target.value)}
              inputMode="numeric"
              autoFocus
            />
          )}
        </Field>
        <EditError edit={version.edit} error={rotate.error} onLoaded={rotate.reset} />
      </form>
    </Dialog>
  )
}

interface RevokeDialogProps {
  apiKey: ApiKey
  onClose: () => void
  onRevoked: () => Promise<unknown>
}

/** Ends a key for good and keeps why; who is in charge of keys may end all of its lineage. */
export function RevokeDialog({ apiKey, onClose, onRevoked }: RevokeDialogProps) {
  const { t } = useI18n()
  const access = useAccess()
  const [reason, setReason] = useState('')
  const [lineage, setLineage] = useState(false)
  const mayAll = access.may('keys:admin')
  const text = reason.trim()
  return (
    <ConfirmDialog
      title={t('keys.revokeTitle')}
      name={apiKey.name}
      action={t('keys.revoke')}
      onClose={onClose}
      read={() => readKey(apiKey.id)}
      onConfirm={async (etag) => {
        if (lineage) await revokeLineage(apiKey.id, text, etag)
        else await revokeKey(apiKey.id, text || undefined, etag)
        await onRevoked()
      }}
    >
      <div className="grid gap-4">
        <p>{t('keys.revokeText')}</p>
        <Field
          label={t('keys.reason')}
          optional={lineage ? undefined : t('common.optional')}
          error={lineage && !text ? t('form.required') : undefined}
        >
          {(control) => (
            <Input
              {...control}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
              maxLength={500}
              autoComplete="off"
            />
          )}
        </Field>
        {mayAll && (
          <SwitchRow
            label={t('keys.lineage')}
            hint={t('keys.lineageHint')}
            checked={lineage}
            onChange={setLineage}
          />
        )}
      </div>
    </ConfirmDialog>
  )
}

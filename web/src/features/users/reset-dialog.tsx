import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { SecretOnce } from '@/components/secret-once'
import { FormError } from '@/components/states'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Segmented } from '@/components/ui/segmented'
import { useI18n } from '@/i18n'
import { resetPassword, type User } from '@/lib/api/people'
import { LinkDialog } from './link-dialog'

interface ResetDialogProps {
  user: User
  onClose: () => void
  onDone: () => Promise<unknown>
}

/** A new password for somebody: by a link with which they choose it, or a temporary one to hand over. */
export function ResetDialog({ user, onClose, onDone }: ResetDialogProps) {
  const { t } = useI18n()
  const [mode, setMode] = useState<'link' | 'password'>('link')
  const reset = useMutation({ mutationFn: () => resetPassword(user.id, mode), onSuccess: onDone })
  const { token, password, expires_at } = reset.data ?? {}
  if (token) {
    const kind = user.invited ? 'invite' : 'reset'
    return (
      <LinkDialog
        link={{ token, expires_at: expires_at ?? null, kind }}
        name={user.display_name}
        onClose={onClose}
      />
    )
  }
  if (password) {
    return (
      <Dialog
        open
        sticky
        onOpenChange={(open) => !open && onClose()}
        title={t('users.temporaryFor', { name: user.display_name })}
        description={t('users.temporaryHint')}
        footer={
          <Button variant="primary" onClick={onClose}>
            {t('users.linkSent')}
          </Button>
        }
      >
        <SecretOnce secret={password} label={t('users.temporary')} visible={0} />
      </Dialog>
    )
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('users.resetTitle', { name: user.display_name })}
      size="sm"
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button variant="primary" busy={reset.isPending} onClick={() => reset.mutate()}>
            {t(mode === 'link' ? 'users.makeLink' : 'users.makePassword')}
          </Button>
        </>
      }
    >
      <div className="grid justify-items-start gap-3">
        <Segmented
          label={t('users.resetHow')}
          value={mode}
          onChange={setMode}
          options={[
            { value: 'link', label: t('users.link') },
            { value: 'password', label: t('users.temporary') },
          ]}
        />
        <p className="text-sm text-ink-2">
          {t(mode === 'link' ? 'users.resetLinkText' : 'users.resetPasswordText')}
        </p>
        <FormError error={reset.error} />
      </div>
    </Dialog>
  )
}

import { useState } from 'react'
import { ConfirmDialog } from '@/components/confirm-dialog'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { useToast } from '@/components/ui/toast'
import { useI18n } from '@/i18n'
import { readUser, unlinkUser, type User } from '@/lib/api/people'
import { ResetDialog } from './reset-dialog'

interface UnlinkDialogProps {
  user: User
  onClose: () => void
  onDone: () => Promise<unknown>
}

/** Takes somebody's link to single sign-on away; who has no password gets one first. */
export function UnlinkDialog({ user, onClose, onDone }: UnlinkDialogProps) {
  const { t } = useI18n()
  const toast = useToast()
  const [resetting, setResetting] = useState(false)
  if (resetting) return <ResetDialog user={user} onClose={onClose} onDone={onDone} />
  if (!user.has_password) {
    return (
      <Dialog
        open
        size="sm"
        onOpenChange={(open) => !open && onClose()}
        title={t('users.onlySsoTitle')}
        footer={
          <>
            <Button onClick={onClose}>{t('common.cancel')}</Button>
            <Button variant="primary" onClick={() => setResetting(true)}>
              {t('users.givePassword')}
            </Button>
          </>
        }
      >
        <p className="text-sm text-ink-2">{t('users.onlySsoText', { name: user.display_name })}</p>
      </Dialog>
    )
  }
  return (
    <ConfirmDialog
      title={t('users.unlinkTitle', { name: user.display_name })}
      name={user.email}
      action={t('users.unlink')}
      onClose={onClose}
      read={() => readUser(user.id)}
      onConfirm={async (etag) => {
        await unlinkUser(user.id, etag)
        await onDone()
        toast.success(t('users.unlinked'), user.display_name)
      }}
    >
      {t('users.unlinkText')}
    </ConfirmDialog>
  )
}

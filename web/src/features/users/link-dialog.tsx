import { SecretOnce } from '@/components/secret-once'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { useI18n } from '@/i18n'
import { linkOf, type OneTimeLink } from '@/lib/api/people'

/** The link of an invitation or a reset, shown this once. */
export function LinkDialog(props: { link: OneTimeLink; name: string; onClose: () => void }) {
  const { link, name, onClose } = props
  const { t, f } = useI18n()
  return (
    <Dialog
      open
      sticky
      onOpenChange={(open) => !open && onClose()}
      title={t(link.kind === 'invite' ? 'users.inviteFor' : 'users.resetFor', { name })}
      description={t('users.linkHint')}
      footer={
        <Button variant="primary" onClick={onClose}>
          {t('users.linkSent')}
        </Button>
      }
    >
      <div className="grid gap-3">
        <SecretOnce secret={linkOf(link)} label={t('users.link')} />
        {link.expires_at && (
          <p className="text-xs text-ink-3">{t('users.linkUntil', { time: f.exact(link.expires_at) })}</p>
        )}
      </div>
    </Dialog>
  )
}

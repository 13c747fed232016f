import { Download, TriangleAlert } from 'lucide-react'
import { CopyButton } from '@/components/copy-button'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { useI18n } from '@/i18n'
import { saveFile } from '@/lib/save-file'

/** The codes that stand in for a lost device, shown this once. */
export function RecoveryCodes({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  const { t } = useI18n()
  const text = codes.join('\n')
  return (
    <Dialog
      open
      sticky
      onOpenChange={(open) => !open && onClose()}
      title={t('profile.recoveryCodes')}
      description={t('profile.recoveryHint')}
      footer={
        <>
          <Button onClick={() => saveFile('thinkwatch-recovery-codes.txt', `${text}\n`, 'text/plain')}>
            <Download aria-hidden />
            {t('profile.download')}
          </Button>
          <CopyButton
            variant="secondary"
            text={text}
            label={t('common.copyWhat', { what: t('profile.recoveryCodes') })}
          >
            {t('common.copy')}
          </CopyButton>
          <Button variant="primary" onClick={onClose}>
            {t('keys.stored')}
          </Button>
        </>
      }
    >
      <div className="grid gap-3">
        <ul
          aria-label={t('profile.recoveryCodes')}
          className="grid grid-cols-2 gap-x-4 gap-y-1 rounded-lg border border-line bg-sunken p-4 text-center font-mono text-sm"
        >
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
        <p className="flex items-start gap-1.5 text-xs text-warn">
          <TriangleAlert className="mt-px size-3.5 shrink-0" aria-hidden />
          {t('common.secretOnce')}
        </p>
      </div>
    </Dialog>
  )
}

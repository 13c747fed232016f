import { SecretOnce } from '@/components/secret-once'
import { CodeBlock } from '@/components/code-block'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { useI18n } from '@/i18n'
import type { ApiKeySecret } from '@/lib/api/keys'

export function KeySecretDialog({ issued, onClose }: { issued: ApiKeySecret; onClose: () => void }) {
  const { t } = useI18n()
  return (
    <Dialog
      open
      sticky
      onOpenChange={(open) => !open && onClose()}
      title={t('keys.issuedTitle', { name: issued.name })}
      description={t('keys.issuedHint')}
      footer={
        <Button variant="primary" onClick={onClose}>
          {t('keys.stored')}
        </Button>
      }
    >
      <div className="grid gap-4">
        <SecretOnce secret={issued.key} label={t('keys.key')} />
        <CodeBlock
          label={t('keys.environment')}
          code={`export OPENAI_BASE_URL=${globalThis.location.origin}/gateway/v1\nexport OPENAI_API_KEY=${issued.key_prefix}…`}
        />
      </div>
    </Dialog>
  )
}

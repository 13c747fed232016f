import { Eye, EyeOff, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { useI18n } from '@/i18n'
import { CopyButton } from './copy-button'
import { Button } from './ui/button'

interface SecretOnceProps {
  secret: string
  label: string
  /** How many characters say which secret it is without giving it away; keys have eleven. */
  visible?: number
}

/** A secret that the server shows this once: masked until asked for, with copy and a warning. */
export function SecretOnce({ secret, label, visible = 11 }: SecretOnceProps) {
  const { t } = useI18n()
  const [shown, setShown] = useState(false)
  return (
    <div className="grid gap-2">
      <div className="flex items-stretch gap-2">
        <output
          tabIndex={0}
          aria-label={label}
          data-secret={label}
          className="flex min-w-0 flex-1 items-center overflow-x-auto rounded-md border border-line-strong bg-sunken px-3 font-mono text-sm whitespace-nowrap"
        >
          {shown ? secret : `${secret.slice(0, visible)}${'•'.repeat(24)}`}
        </output>
        <Button
          size="icon"
          onClick={() => setShown(!shown)}
          aria-label={shown ? t('common.hide') : t('common.reveal')}
          aria-pressed={shown}
        >
          {shown ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
        </Button>
        <CopyButton variant="primary" text={secret} label={t('common.copyWhat', { what: label })}>
          {t('common.copy')}
        </CopyButton>
      </div>
      <p className="flex items-start gap-1.5 text-xs text-warn">
        <TriangleAlert className="mt-px size-3.5 shrink-0" aria-hidden />
        {t('common.secretOnce')}
      </p>
    </div>
  )
}

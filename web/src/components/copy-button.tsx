import { Check, Copy } from 'lucide-react'
import { useEffect, useState, type ReactNode } from 'react'
import { useI18n } from '@/i18n'
import { cn } from '@/lib/cn'
import { Button } from './ui/button'

export function useCopy() {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 1_600)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = async (text: string) => {
    await writeClipboard(text)
    setCopied(true)
  }
  return { copied, copy }
}

// The clipboard API exists on secure origins only; a console on a plain address inside a network must copy too.
async function writeClipboard(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'fixed opacity-0'
  document.body.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
}

interface CopyButtonProps {
  text: string
  /** What is copied, for the accessible name. */
  label: string
  children?: ReactNode
  className?: string
  variant?: 'ghost' | 'secondary' | 'primary'
}

export function CopyButton({ text, label, children, className, variant = 'ghost' }: CopyButtonProps) {
  const { t } = useI18n()
  const { copied, copy } = useCopy()
  return (
    <Button
      variant={variant}
      size={children ? 'md' : 'icon-sm'}
      onClick={(event) => {
        event.stopPropagation()
        void copy(text)
      }}
      aria-label={copied ? t('common.copied') : label}
      className={cn(!children && 'text-ink-3', className)}
    >
      {copied ? (
        <Check className={variant === 'primary' ? '' : 'text-ok'} aria-hidden />
      ) : (
        <Copy aria-hidden />
      )}
      {children && (copied ? t('common.copied') : children)}
    </Button>
  )
}

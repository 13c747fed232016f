import { X } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { useI18n } from '@/i18n'
import { cn } from '@/lib/cn'
import { Button } from './button'
import { Scrim } from './scrim'

interface DialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  description?: ReactNode
  children: ReactNode
  footer?: ReactNode
  size?: 'sm' | 'md' | 'lg'
  /** A secret shown once must not vanish by a stray click beside the dialog. */
  sticky?: boolean
}

const widths = { sm: 'max-w-md', md: 'max-w-xl', lg: 'max-w-3xl' }

export function Dialog(props: DialogProps) {
  const { open, onOpenChange, title, description, children, footer, size = 'md', sticky } = props
  const { t } = useI18n()
  const keep = (event: Event) => sticky && event.preventDefault()
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Scrim />
        <div className="pointer-events-none fixed inset-0 z-50 grid place-items-center p-3 sm:p-6">
          <Radix.Content
            onInteractOutside={keep}
            onEscapeKeyDown={keep}
            {...(description ? {} : { 'aria-describedby': undefined })}
            className={cn(
              'pop-in pointer-events-auto flex max-h-full w-full flex-col overflow-hidden rounded-xl border border-line bg-raised shadow-pop outline-none',
              widths[size],
            )}
          >
            <header className="flex items-start gap-3 px-5 pt-4 pb-3">
              <div className="min-w-0 flex-1">
                <Radix.Title className="text-lg font-semibold tracking-tight">{title}</Radix.Title>
                {description && (
                  <Radix.Description className="mt-0.5 text-sm text-ink-2">{description}</Radix.Description>
                )}
              </div>
              {!sticky && (
                <Radix.Close asChild>
                  <Button variant="ghost" size="icon-sm" aria-label={t('common.close')} className="-me-1.5">
                    <X aria-hidden />
                  </Button>
                </Radix.Close>
              )}
            </header>
            <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-5">{children}</div>
            {footer && (
              <footer className="flex flex-wrap justify-end gap-2 border-t border-line bg-sunken/60 px-5 py-3">
                {footer}
              </footer>
            )}
          </Radix.Content>
        </div>
      </Radix.Portal>
    </Radix.Root>
  )
}

interface DrawerProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: ReactNode
  label: string
  children: ReactNode
  side?: 'start' | 'end'
  className?: string
}

/** A panel from the side for one row's detail, or for the navigation on a small screen. */
export function Drawer({ open, onOpenChange, title, label, children, side = 'end', className }: DrawerProps) {
  const { t } = useI18n()
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Scrim />
        <Radix.Content
          aria-describedby={undefined}
          // The panel itself: the first control would open its tooltip over what is below it.
          onOpenAutoFocus={(event) => {
            event.preventDefault()
            ;(event.currentTarget as HTMLElement).focus()
          }}
          className={cn(
            'fixed inset-y-0 z-50 flex w-full flex-col border-line bg-panel shadow-pop outline-none',
            side === 'end'
              ? 'slide-in end-0 border-s sm:max-w-2xl'
              : 'slide-in-start start-0 max-w-64 border-e',
            className,
          )}
        >
          <header className="flex min-h-14 items-center gap-3 border-b border-line ps-4 pe-3 sm:ps-5">
            <Radix.Title className="sr-only">{label}</Radix.Title>
            <div className="flex min-w-0 flex-1 items-center gap-2">{title}</div>
            <Radix.Close asChild>
              <Button variant="ghost" size="icon" aria-label={t('common.close')}>
                <X aria-hidden />
              </Button>
            </Radix.Close>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

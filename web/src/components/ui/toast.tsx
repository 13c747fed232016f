import { CircleAlert, CircleCheck, X } from 'lucide-react'
import { Toast as Radix } from 'radix-ui'
import { createContext, use, useCallback, useMemo, useRef, useState, type ReactNode } from 'react'
import { useI18n } from '@/i18n'
import { cn } from '@/lib/cn'
import { Button } from './button'

interface Message {
  id: number
  tone: 'ok' | 'bad'
  title: string
  detail?: string
  undo?: () => void
}

interface Toasts {
  /** With `undo`, a button that takes back what was done. */
  success: (title: string, detail?: string, undo?: () => void) => void
  failure: (title: string, detail?: string) => void
}

const ToastContext = createContext<Toasts | null>(null)
const shownAtOnce = 4

export function ToastProvider({ children }: { children: ReactNode }) {
  const { t } = useI18n()
  const [messages, setMessages] = useState<Message[]>([])
  const nextId = useRef(0)

  const add = useCallback((tone: Message['tone'], title: string, detail?: string, undo?: () => void) => {
    nextId.current += 1
    const id = nextId.current
    setMessages((current) => [...current.slice(1 - shownAtOnce), { id, tone, title, detail, undo }])
  }, [])
  const remove = (id: number) => setMessages((current) => current.filter((message) => message.id !== id))

  const value = useMemo<Toasts>(
    () => ({
      success: (title, detail, undo) => add('ok', title, detail, undo),
      failure: (title, detail) => add('bad', title, detail),
    }),
    [add],
  )

  return (
    <ToastContext value={value}>
      <Radix.Provider label={t('common.notification')} duration={6000}>
        {children}
        {messages.map((message) => (
          <Radix.Root
            key={message.id}
            type={message.tone === 'bad' ? 'foreground' : 'background'}
            onOpenChange={(open) => !open && remove(message.id)}
            className="pop-in flex items-start gap-2.5 rounded-lg border border-line bg-raised p-3 shadow-pop"
          >
            {message.tone === 'ok' ? (
              <CircleCheck className="mt-0.5 size-4 shrink-0 text-ok" aria-hidden />
            ) : (
              <CircleAlert className="mt-0.5 size-4 shrink-0 text-bad" aria-hidden />
            )}
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-sm font-medium">{message.title}</Radix.Title>
              {message.detail && (
                <Radix.Description className="mt-0.5 text-xs break-words text-ink-2">
                  {message.detail}
                </Radix.Description>
              )}
            </div>
            {message.undo && (
              <Radix.Action asChild altText={t('common.undo')}>
                <Button size="sm" onClick={message.undo}>
                  {t('common.undo')}
                </Button>
              </Radix.Action>
            )}
            <Radix.Close asChild>
              <Button variant="ghost" size="icon-sm" aria-label={t('common.close')} className="-m-1">
                <X aria-hidden />
              </Button>
            </Radix.Close>
          </Radix.Root>
        ))}
        <Radix.Viewport
          className={cn(
            'fixed end-3 bottom-3 z-[70] flex w-[min(22rem,calc(100vw-1.5rem))] flex-col gap-2 outline-none',
          )}
        />
      </Radix.Provider>
    </ToastContext>
  )
}

export function useToast(): Toasts {
  const value = use(ToastContext)
  if (!value) throw new Error('ToastProvider is missing')
  return value
}

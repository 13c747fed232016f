import { useNavigate } from '@tanstack/react-router'
import {
  CornerDownLeft,
  Fingerprint,
  Languages,
  LogOut,
  MessagesSquare,
  Moon,
  Plus,
  Search,
  SunMoon,
  UserRound,
  type LucideIcon,
} from 'lucide-react'
import { Dialog } from 'radix-ui'
import { useId, useState, type KeyboardEvent } from 'react'
import { useI18n } from '@/i18n'
import { useAccess } from '@/lib/api/access'
import { cn } from '@/lib/cn'
import { useTheme } from '@/lib/theme'
import { Kbd } from '../ui/kbd'
import { Scrim } from '../ui/scrim'
import { navigationFor } from './navigation'
import { useSignOut } from './user-menu'

interface Command {
  id: string
  group: string
  label: string
  keywords: string
  icon: LucideIcon
  run: () => unknown
}

const requestId = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

function useCommands(text: string): Command[] {
  const { t, locale, setLocale } = useI18n()
  const { resolved, setTheme } = useTheme()
  const navigate = useNavigate()
  const signOut = useSignOut()
  const access = useAccess()
  const pages = navigationFor(access).flatMap((group) => group.items)
  const commands: Command[] = [
    ...pages.map((page) => ({
      id: page.to,
      group: t('palette.pages'),
      label: t(page.label),
      keywords: page.keywords,
      icon: page.icon,
      run: () => navigate({ to: page.to }),
    })),
    {
      id: 'profile',
      group: t('palette.pages'),
      label: t('nav.profile'),
      keywords: 'password two-factor totp sessions account me',
      icon: UserRound,
      run: () => navigate({ to: '/profile' }),
    },
    {
      id: 'new-key',
      group: t('palette.actions'),
      label: t('keys.create'),
      keywords: 'new api key token',
      icon: Plus,
      run: () => navigate({ to: '/api-keys', search: { dialog: 'new' } }),
    },
    {
      id: 'new-provider',
      group: t('palette.actions'),
      label: t('providers.add'),
      keywords: 'new upstream',
      icon: Plus,
      run: () => navigate({ to: '/gateway/providers', search: { dialog: 'new' } }),
    },
    {
      id: 'new-model',
      group: t('palette.actions'),
      label: t('models.add'),
      keywords: 'new route',
      icon: Plus,
      run: () => navigate({ to: '/gateway/models', search: { dialog: 'new' } }),
    },
    {
      id: 'new-rule',
      group: t('palette.actions'),
      label: t('security.add'),
      keywords: 'new content rule block redact',
      icon: Plus,
      run: () => navigate({ to: '/gateway/security', search: { dialog: 'new' } }),
    },
    {
      id: 'new-chat',
      group: t('palette.actions'),
      label: t('palette.newChat'),
      keywords: 'chat playground try model',
      icon: MessagesSquare,
      run: () => navigate({ to: '/gateway/playground' }),
    },
    ...(access.maySomewhere('users:create')
      ? [
          {
            id: 'new-user',
            group: t('palette.actions'),
            label: t('users.invite'),
            keywords: 'new person account user',
            icon: Plus,
            run: () => navigate({ to: '/admin/users', search: { dialog: 'new' } }),
          },
        ]
      : []),
    {
      id: 'theme',
      group: t('palette.preferences'),
      label: resolved === 'dark' ? t('palette.useLight') : t('palette.useDark'),
      keywords: 'theme dark light',
      icon: resolved === 'dark' ? SunMoon : Moon,
      run: () => setTheme(resolved === 'dark' ? 'light' : 'dark'),
    },
    {
      id: 'language',
      group: t('palette.preferences'),
      label: locale === 'en' ? '切换到中文' : 'Switch to English',
      keywords: 'language chinese english 中文',
      icon: Languages,
      run: () => setLocale(locale === 'en' ? 'zh' : 'en'),
    },
    {
      id: 'sign-out',
      group: t('palette.preferences'),
      label: t('auth.signOut'),
      keywords: 'logout exit',
      icon: LogOut,
      run: signOut,
    },
  ]
  const query = text.trim()
  if (!query) return commands
  const words = query.toLowerCase().split(/\s+/)
  const found = commands.filter((command) => {
    const haystack = `${command.label} ${command.keywords}`.toLowerCase()
    return words.every((word) => haystack.includes(word))
  })
  const search: Command = requestId.test(query)
    ? {
        id: 'open-request',
        group: t('palette.logs'),
        label: t('palette.openRequest', { id: query }),
        keywords: '',
        icon: Fingerprint,
        run: () => navigate({ to: '/gateway/logs', search: { id: query } }),
      }
    : {
        id: 'search-logs',
        group: t('palette.logs'),
        label: t('palette.searchLogs', { text: query }),
        keywords: '',
        icon: Search,
        run: () => navigate({ to: '/gateway/logs', search: { q: query } }),
      }
  return [...found, search]
}

export default function CommandPalette({ onClose }: { onClose: () => void }) {
  const { t } = useI18n()
  const [text, setText] = useState('')
  const [active, setActive] = useState(0)
  const listId = useId()
  const commands = useCommands(text)
  const current = Math.min(active, commands.length - 1)

  const run = (command: Command | undefined) => {
    if (!command) return
    onClose()
    void command.run()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 }
    const step = steps[event.key]
    if (step !== undefined) {
      event.preventDefault()
      const next = (current + step + commands.length) % commands.length
      setActive(next)
      document.getElementById(`${listId}-${next}`)?.scrollIntoView({ block: 'nearest' })
    } else if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      event.preventDefault()
      run(commands[current])
    }
  }

  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Scrim />
        <Dialog.Content
          aria-describedby={undefined}
          className="pop-in fixed inset-x-3 top-[12vh] z-50 mx-auto max-w-lg overflow-hidden rounded-xl border border-line bg-raised shadow-pop outline-none"
        >
          <Dialog.Title className="sr-only">{t('palette.open')}</Dialog.Title>
          <div className="flex items-center gap-2.5 border-b border-line px-4">
            <Search className="size-4 shrink-0 text-ink-3" aria-hidden />
            <input
              autoFocus
              role="combobox"
              aria-expanded="true"
              aria-controls={listId}
              aria-activedescendant={`${listId}-${current}`}
              aria-label={t('palette.open')}
              placeholder={t('palette.placeholder')}
              value={text}
              onChange={(event) => {
                setText(event.target.value)
                setActive(0)
              }}
              onKeyDown={onKeyDown}
              className="h-12 min-w-0 flex-1 bg-transparent text-base outline-none placeholder:text-ink-3"
            />
            <Kbd>Esc</Kbd>
          </div>
          <div
            id={listId}
            role="listbox"
            aria-label={t('palette.open')}
            className="max-h-[50vh] overflow-y-auto p-1.5"
          >
            {commands.map((command, index) => (
              <div key={command.id} role="presentation">
                {command.group !== commands[index - 1]?.group && (
                  <p role="presentation" className="px-2.5 pt-2 pb-1 text-xs font-medium text-ink-3">
                    {command.group}
                  </p>
                )}
                <div
                  id={`${listId}-${index}`}
                  role="option"
                  aria-selected={index === current}
                  onPointerMove={() => setActive(index)}
                  onClick={() => run(command)}
                  className={cn(
                    'flex h-9 items-center gap-2.5 rounded-md px-2.5 text-sm',
                    index === current && 'bg-hover',
                  )}
                >
                  <command.icon className="size-4 shrink-0 text-ink-3" aria-hidden />
                  <span className="min-w-0 flex-1 truncate">{command.label}</span>
                  {index === current && <CornerDownLeft className="size-3.5 text-ink-3" aria-hidden />}
                </div>
              </div>
            ))}
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

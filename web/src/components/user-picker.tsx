import { useQuery } from '@tanstack/react-query'
import { useId, useState, type KeyboardEvent } from 'react'
import { useI18n } from '@/i18n'
import { listUsers, type User } from '@/lib/api/people'
import { cn } from '@/lib/cn'
import { useSettled } from '@/lib/use-paged'
import { Avatar } from './avatar'
import { Field } from './ui/field'
import { Input } from './ui/input'

interface UserPickerProps {
  label: string
  /** Who is not offered. */
  without: string[]
  onPick: (user: User) => void
}

/** Finds somebody by name or address: arrow keys choose, Enter takes, Escape leaves. */
export function UserPicker({ label, without, onPick }: UserPickerProps) {
  const { t } = useI18n()
  const listId = useId()
  const [text, setText] = useState('')
  const [active, setActive] = useState(0)
  const q = useSettled(text.trim())
  const found = useQuery({
    queryKey: ['users', 'pick', q],
    queryFn: ({ signal }) => listUsers({ q, limit: 20, status: 'active' }, signal),
    enabled: q !== '',
  })
  const open = text.trim() !== '' && q === text.trim() && found.data !== undefined
  const users = found.data?.items.filter((user) => !without.includes(user.id)).slice(0, 8) ?? []
  const current = Math.min(active, users.length - 1)
  const pick = (user: User | undefined) => {
    if (!user) return
    onPick(user)
    setText('')
    setActive(0)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step && users.length > 0) {
      event.preventDefault()
      setActive((current + step + users.length) % users.length)
    } else if (event.key === 'Enter' && open) {
      event.preventDefault()
      pick(users[current])
    } else if (event.key === 'Escape' && text) {
      event.preventDefault()
      event.stopPropagation()
      setText('')
    }
  }
  return (
    <div className="relative">
      <Field label={label}>
        {(control) => (
          <Input
            {...control}
            role="combobox"
            aria-expanded={open}
            aria-controls={open ? listId : undefined}
            aria-activedescendant={open && users[current] ? `${listId}-${current}` : undefined}
            aria-autocomplete="list"
            autoComplete="off"
            placeholder={t('teams.find')}
            value={text}
            onChange={(event) => {
              setText(event.target.value)
              setActive(0)
            }}
            onKeyDown={onKeyDown}
            onBlur={() => setText('')}
          />
        )}
      </Field>
      {open && (
        <div className="pop-in absolute inset-x-0 top-full z-10 mt-1 rounded-lg border border-line bg-raised p-1 shadow-pop">
          <div id={listId} role="listbox" aria-label={label}>
            {users.map((user, index) => (
              <div
                key={user.id}
                id={`${listId}-${index}`}
                role="option"
                aria-selected={index === current}
                // Before the field loses focus, which would close the list.
                onPointerDown={(event) => {
                  event.preventDefault()
                  pick(user)
                }}
                onPointerMove={() => setActive(index)}
                className={cn(
                  'flex items-center gap-2.5 rounded-md px-2 py-1.5',
                  index === current && 'bg-hover',
                )}
              >
                <Avatar name={user.display_name} service={user.kind === 'service_account'} />
                <span className="min-w-0">
                  <span className="block truncate text-sm font-medium">{user.display_name}</span>
                  <span className="block truncate text-xs text-ink-3">{user.email}</span>
                </span>
              </div>
            ))}
          </div>
          {users.length === 0 && (
            <p className="px-2 py-3 text-center text-sm text-ink-3">{t('common.noMatch')}</p>
          )}
        </div>
      )}
    </div>
  )
}

import { Search, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useI18n } from '@/i18n'
import { Button } from './ui/button'
import { Input } from './ui/input'

interface ListToolbarProps {
  label: string
  query: string | undefined
  onQuery: (query: string | undefined) => void
  children?: ReactNode
}

export function ListToolbar({ label, query, onQuery, children }: ListToolbarProps) {
  const { t } = useI18n()
  return (
    <div className="mb-3 flex flex-wrap items-center gap-2">
      <search className="relative w-full sm:w-72">
        <Search className="pointer-events-none absolute start-2.5 top-2 size-4 text-ink-3" aria-hidden />
        <Input
          type="text"
          role="searchbox"
          aria-label={label}
          placeholder={label}
          value={query ?? ''}
          onChange={(event) => onQuery(event.target.value || undefined)}
          className="px-8"
        />
        {query && (
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label={t('common.clear')}
            onClick={() => onQuery(undefined)}
            className="absolute end-0.5 top-0.5"
          >
            <X aria-hidden />
          </Button>
        )}
      </search>
      {children}
    </div>
  )
}

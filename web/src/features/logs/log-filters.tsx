import { useQuery } from '@tanstack/react-query'
import { Search, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Input } from '@/components/ui/input'
import { Select } from '@/components/ui/select'
import { useI18n, type MessageKey } from '@/i18n'
import { modelsQuery } from '@/lib/api/catalog'
import { outcomes } from '@/lib/api/logs'
import { cleared, filterNames, windows, type FilterName, type LogSearch } from './data/search'

interface LogFilterBarProps {
  search: LogSearch
  onSearch: (change: Partial<LogSearch>) => void
}

const filterLabels: Record<FilterName, MessageKey> = {
  model: 'models.model',
  provider: 'models.provider',
  outcome: 'logs.outcome',
  user_email: 'logs.caller',
  key_name: 'logs.key',
}
const typingPauseMs = 350

export function LogFilterBar({ search, onSearch }: LogFilterBarProps) {
  const { t } = useI18n()
  const models = useQuery(modelsQuery)
  const [text, setText] = useState(search.q ?? '')
  // The address may change by itself: a chip removed, the back button.
  const [known, setKnown] = useState(search.q)
  if (known !== search.q) {
    setKnown(search.q)
    setText(search.q ?? '')
  }
  useEffect(() => {
    const next = text.trim() || undefined
    if (next === search.q) return
    const timer = setTimeout(() => {
      setKnown(next)
      onSearch({ q: next })
    }, typingPauseMs)
    return () => clearTimeout(timer)
  }, [text, search.q, onSearch])

  const chips = filterNames.filter((name) => search[name] !== undefined)
  const options = new Set(models.data?.items.map((model) => model.model_id))
  if (search.model) options.add(search.model)

  return (
    <div className="mb-3 grid gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <search className="relative min-w-0 flex-1 basis-full sm:basis-64">
          <Search className="pointer-events-none absolute start-2.5 top-2 size-4 text-ink-3" aria-hidden />
          <Input
            role="searchbox"
            aria-label={t('logs.search')}
            placeholder={t('logs.search')}
            value={text}
            onChange={(event) => setText(event.target.value)}
            className="ps-8"
          />
        </search>
        <Select
          aria-label={t('models.model')}
          value={search.model ?? ''}
          onChange={(event) => onSearch({ model: event.target.value || undefined })}
          className="w-44 max-sm:flex-1 max-sm:basis-32"
        >
          <option value="">{t('logs.allModels')}</option>
          {[...options].map((model) => (
            <option key={model} value={model}>
              {model}
            </option>
          ))}
        </Select>
        <Select
          aria-label={t('logs.outcome')}
          value={search.outcome ?? ''}
          onChange={(event) => onSearch({ outcome: outcomes.find((each) => each === event.target.value) })}
          className="w-36 max-sm:flex-1 max-sm:basis-32"
        >
          <option value="">{t('logs.allOutcomes')}</option>
          {outcomes.map((outcome) => (
            <option key={outcome} value={outcome}>
              {t(`outcome.${outcome}`)}
            </option>
          ))}
        </Select>
        <Select
          aria-label={t('logs.window')}
          value={search.window ?? ''}
          onChange={(event) => onSearch({ window: windows.find((each) => each === event.target.value) })}
          className="w-40 max-sm:w-full"
        >
          <option value="">{t('logs.window.all')}</option>
          {windows.map((window) => (
            <option key={window} value={window}>
              {t(`logs.window.${window}`)}
            </option>
          ))}
        </Select>
      </div>
      {chips.length > 0 && (
        <ul className="flex flex-wrap items-center gap-1.5" aria-label={t('logs.filters')}>
          {chips.map((name) => {
            const value = name === 'outcome' && search.outcome ? t(`outcome.${search.outcome}`) : search[name]
            return (
              <li key={name}>
                <button
                  type="button"
                  onClick={() => onSearch({ [name]: undefined })}
                  aria-label={t('logs.removeFilter', { name: t(filterLabels[name]) })}
                  className="inline-flex h-6 max-w-72 items-center gap-1.5 rounded-full bg-accent-soft ps-2.5 pe-1.5 text-xs text-accent-text transition-colors hover:bg-hover"
                >
                  <span className="opacity-80">{t(filterLabels[name])}</span>
                  <span className="truncate font-medium">{value}</span>
                  <X className="size-3 shrink-0" aria-hidden />
                </button>
              </li>
            )
          })}
          <li>
            <Button variant="link" size="inline" className="px-1 text-xs" onClick={() => onSearch(cleared)}>
              {t('common.clearFilters')}
            </Button>
          </li>
        </ul>
      )}
    </div>
  )
}

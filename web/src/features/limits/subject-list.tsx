import { Search } from 'lucide-react'
import { useId, useState } from 'react'
import { ErrorState } from '@/components/states'
import { Button } from '@/components/ui/button'
import { Input } from '@/components/ui/input'
import { Segmented } from '@/components/ui/segmented'
import { Skeleton } from '@/components/ui/skeleton'
import { Checkbox } from '@/components/ui/toggles'
import { useI18n } from '@/i18n'
import { matches } from '@/lib/list-search'
import { keyOf, kinds, type BulkKind, type Candidate } from './data/bulk'
import { useCandidates } from './use-candidates'

interface SubjectListProps {
  chosen: Candidate[]
  onChosen: (chosen: Candidate[]) => void
}

/** Ticks people, teams and keys; what is ticked stays so while another kind or word is looked at. */
export function SubjectList({ chosen, onChosen }: SubjectListProps) {
  const { t } = useI18n()
  const id = useId()
  const [kind, setKind] = useState<BulkKind>('user')
  const [query, setQuery] = useState('')
  const { candidates, error, retry } = useCandidates(kind)
  const taken = new Set(chosen.map(keyOf))
  const shown = candidates?.filter((each) => matches(query, each.name, each.detail)) ?? []
  const left = shown.filter((each) => !taken.has(keyOf(each)))
  const allTaken = shown.length > 0 && left.length === 0
  const without = (gone: Candidate[]) => {
    const keys = new Set(gone.map(keyOf))
    onChosen(chosen.filter((each) => !keys.has(keyOf(each))))
  }
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <Segmented
          label={t('bulk.kind')}
          value={kind}
          onChange={setKind}
          options={kinds.map((each) => {
            const count = chosen.filter((one) => one.kind === each).length
            return { value: each, label: t(`bulk.kind.${each}`) + (count > 0 ? ` · ${count}` : '') }
          })}
        />
        <label className="relative min-w-40 flex-1">
          <Search
            className="pointer-events-none absolute start-2.5 top-1/2 size-4 -translate-y-1/2 text-ink-3"
            aria-hidden
          />
          <Input
            type="search"
            aria-label={t('bulk.search')}
            placeholder={t('bulk.search')}
            value={query}
            onChange={(event) => setQuery(event.target.value)}
            className="ps-8"
          />
        </label>
      </div>
      {error ? (
        <ErrorState error={error} onRetry={retry} />
      ) : !candidates ? (
        <Skeleton className="h-48" />
      ) : (
        <div className="overflow-hidden rounded-lg border border-line">
          <div className="flex items-center gap-2.5 border-b border-line bg-sunken/70 px-3 py-1.5 text-xs text-ink-2">
            <Checkbox
              id={`${id}-all`}
              checked={allTaken ? true : left.length < shown.length ? 'indeterminate' : false}
              disabled={shown.length === 0}
              onCheckedChange={() => (allTaken ? without(shown) : onChosen([...chosen, ...left]))}
            />
            <label htmlFor={`${id}-all`}>{t('bulk.all', { n: shown.length })}</label>
          </div>
          <div
            className="max-h-[26rem] overflow-y-auto"
            tabIndex={0}
            role="group"
            aria-label={t(`bulk.kind.${kind}`)}
          >
            <ul>
              {shown.map((each) => {
                const key = keyOf(each)
                return (
                  <li key={key} className="border-b border-line last:border-0">
                    <label className="flex cursor-pointer items-center gap-2.5 px-3 py-1.5 text-sm hover:bg-hover">
                      <Checkbox
                        checked={taken.has(key)}
                        onCheckedChange={(ticked) =>
                          ticked === true ? onChosen([...chosen, each]) : without([each])
                        }
                      />
                      <span className="min-w-0 flex-1 truncate font-medium">{each.name}</span>
                      <span className="max-w-[55%] truncate text-xs text-ink-3">{each.detail}</span>
                    </label>
                  </li>
                )
              })}
            </ul>
          </div>
          {shown.length === 0 && (
            <p className="px-3 py-6 text-center text-sm text-ink-3">{t('common.noMatch')}</p>
          )}
        </div>
      )}
      <div className="flex min-h-7 items-center gap-3 text-sm">
        <span className="tnum font-medium" aria-live="polite">
          {t('bulk.chosen', { n: chosen.length })}
        </span>
        {chosen.length > 0 && (
          <Button variant="ghost" size="sm" onClick={() => onChosen([])}>
            {t('bulk.none')}
          </Button>
        )}
      </div>
    </div>
  )
}

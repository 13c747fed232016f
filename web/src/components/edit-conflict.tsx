import { History } from 'lucide-react'
import { useI18n } from '@/i18n'
import { isStale, type Clash, type Edit } from '@/lib/use-edit'
import { FormError } from './states'
import { Button } from './ui/button'

interface EditErrorProps {
  edit: Edit
  /** Of the save. */
  error: unknown
  /** Forgets the failed save, once the newer version is there. */
  onLoaded: () => void
  /** What a field is called in the form; absent where nothing is typed. */
  label?: (name: string) => string
}

/** What stands in the way of a save. That somebody else was faster is no error: their version is loaded under what was typed. */
export function EditError({ edit, error, onLoaded, label }: EditErrorProps) {
  const typed = label !== undefined
  const { t } = useI18n()
  if (isStale(error)) {
    return (
      <div role="alert" className="grid gap-2 rounded-md bg-warn-soft px-3 py-2.5 text-sm">
        <p className="flex items-start gap-2 font-medium text-warn">
          <History className="mt-0.5 size-4 shrink-0" aria-hidden />
          {t('edit.stale')}
        </p>
        <p className="ps-6 text-ink-2">{t(typed ? 'edit.staleHint' : 'edit.staleActHint')}</p>
        {edit.failure ? <FormError error={edit.failure} /> : null}
        <div className="ps-6">
          <Button size="sm" busy={edit.loading} onClick={() => void edit.loadNewer().then(onLoaded)}>
            {t('edit.load')}
          </Button>
        </div>
      </div>
    )
  }
  return (
    <>
      {edit.clashes && <Loaded clashes={edit.clashes} onTake={edit.take} label={label} />}
      <FormError error={error} />
    </>
  )
}

interface LoadedProps {
  clashes: Clash[]
  onTake: (clash: Clash) => void
  label: ((name: string) => string) | undefined
}

function Loaded({ clashes, onTake, label }: LoadedProps) {
  const { t } = useI18n()
  const say = (value: Clash['theirs']) => {
    if (value === undefined) return t('edit.changedToo')
    if (typeof value === 'boolean') return t('edit.theirs', { value: t(value ? 'common.on' : 'common.off') })
    return t('edit.theirs', { value: value || t('edit.empty') })
  }
  return (
    <div role="status" className="grid gap-2 rounded-md bg-info-soft px-3 py-2.5 text-sm">
      <p className="flex items-start gap-2 font-medium text-info">
        <History className="mt-0.5 size-4 shrink-0" aria-hidden />
        {t(!label ? 'edit.loadedAct' : clashes.length > 0 ? 'edit.loadedWithClashes' : 'edit.loaded')}
      </p>
      {label && clashes.length > 0 && (
        <ul className="grid gap-1.5 ps-6">
          {clashes.map((clash) => (
            <li key={clash.name} className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <span className="min-w-0 flex-1 break-words">
                <span className="font-medium">{label(clash.name)}</span>{' '}
                <span className="text-ink-2">{say(clash.theirs)}</span>
              </span>
              <Button
                size="sm"
                aria-label={`${t('edit.take')}: ${label(clash.name)}`}
                onClick={() => onTake(clash)}
              >
                {t('edit.take')}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

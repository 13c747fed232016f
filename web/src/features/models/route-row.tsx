import { useMutation } from '@tanstack/react-query'
import { Check, Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { EditError } from '@/components/edit-conflict'
import { describeError } from '@/components/states'
import { SimulatedBadge } from '@/components/status'
import { Mono } from '@/components/text'
import { Button } from '@/components/ui/button'
import { Input } from '@/components/ui/input'
import { Switch } from '@/components/ui/toggles'
import { useToast } from '@/components/ui/toast'
import { useI18n } from '@/i18n'
import { deleteRoute, readRoute, updateRoute, type RouteHealth } from '@/lib/api/catalog'
import type { Schemas } from '@/lib/api/client'
import type { KnownRoute } from '@/lib/api/use-models'
import { cn } from '@/lib/cn'
import { useDraft } from '@/lib/use-draft'
import { isStale } from '@/lib/use-edit'
import { RouteDialog } from './route-dialog'
import { RouteFacts, type RouteFigures, type RouteHistory } from './route-facts'

interface RouteRowProps {
  route: KnownRoute
  /** Of its colour in the split; nothing for a route that takes no part. */
  colour?: string
  share: number
  figures?: RouteFigures
  health?: RouteHealth
  history?: RouteHistory
  onChanged: () => Promise<unknown>
}

export function RouteRow(props: RouteRowProps) {
  const { route, share, colour, figures, health, history, onChanged } = props
  const { t, f } = useI18n()
  const toast = useToast()
  const edit = useDraft({
    name: 'weight',
    value: String(route.weight),
    etag: route.etag,
    read: () => readRoute(route.id).then(({ value, etag }) => ({ value: String(value.weight), etag })),
    reload: onChanged,
    say: (text) => text,
  })
  const weight = edit.draft ?? String(route.weight)
  const [editing, setEditing] = useState(false)
  const failed = (error: unknown) => {
    if (isStale(error)) return
    const { title, detail } = describeError(error, t)
    toast.failure(title, detail)
  }
  const update = useMutation({
    mutationFn: (changes: Schemas['ModelRouteUpdate']) => updateRoute(route.id, changes, edit.etag),
    onSuccess: async (_, changes) => {
      await onChanged()
      if (changes.weight !== undefined) edit.drop()
      else await edit.refresh()
    },
    onError: failed,
  })
  const remove = useMutation({
    mutationFn: () => deleteRoute(route.id, edit.etag),
    onSuccess: async () => {
      await onChanged()
      toast.success(t('models.routeRemoved', { name: route.upstream_model }))
    },
    onError: failed,
  })
  const provider = route.providerLabel
  const changed = weight !== '' && /^\d+$/.test(weight) && Number(weight) !== route.weight

  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-lg border border-line px-3 py-2">
      <div className="min-w-40 flex-1">
        <div className="flex items-center gap-2">
          <span className={cn('size-2.5 shrink-0 rounded-sm', colour ?? 'bg-line-strong')} aria-hidden />
          <span className="truncate text-sm font-medium">{provider}</span>
          {route.simulated && <SimulatedBadge />}
        </div>
        <Mono className="block truncate text-ink-3">{route.upstream_model}</Mono>
        {(route.label || route.notes) && (
          <span className="block truncate text-xs text-ink-2" title={route.notes ?? undefined}>
            {route.label || route.notes}
          </span>
        )}
      </div>
      <span className="tnum w-12 text-end text-sm font-medium">{f.percent(share, 0)}</span>
      <form
        className="flex items-center gap-1"
        onSubmit={(event) => {
          event.preventDefault()
          if (changed) update.mutate({ weight: Number(weight) })
        }}
      >
        <Input
          aria-label={t('models.weightOf', { name: provider })}
          inputMode="numeric"
          value={weight}
          onChange={({ target }) =>
            target.value === String(route.weight) ? edit.drop() : edit.set(target.value)
          }
          className="tnum h-7 w-16 text-end"
        />
        <Button
          type="submit"
          size="icon-sm"
          variant={changed ? 'primary' : 'ghost'}
          disabled={!changed}
          busy={update.isPending}
          aria-label={t('models.saveWeight')}
        >
          {!update.isPending && <Check aria-hidden />}
        </Button>
      </form>
      <Switch
        checked={route.enabled}
        disabled={update.isPending}
        onCheckedChange={(enabled) => update.mutate({ enabled })}
        aria-label={t('models.routeEnabled', { name: provider })}
      />
      <Button
        size="icon-sm"
        variant="ghost"
        aria-label={t('models.editRoute', { name: provider })}
        onClick={() => setEditing(true)}
      >
        <Pencil aria-hidden />
      </Button>
      <RemoveButton name={provider} busy={remove.isPending} onRemove={() => remove.mutate()} />
      <div className="w-full empty:hidden">
        <EditError
          edit={edit}
          error={isStale(update.error) ? update.error : null}
          onLoaded={update.reset}
          label={() => t('models.weight')}
        />
      </div>
      <RouteFacts name={provider} figures={figures} health={health} history={history} caps={route} />
      {editing && <RouteDialog route={route} onClose={() => setEditing(false)} onSaved={onChanged} />}
    </li>
  )
}

/** Two presses instead of a dialog: a route is added again in a moment. */
function RemoveButton({ name, busy, onRemove }: { name: string; busy: boolean; onRemove: () => void }) {
  const { t } = useI18n()
  const [armed, setArmed] = useState(false)
  return armed ? (
    <Button
      size="sm"
      variant="danger"
      busy={busy}
      onClick={onRemove}
      onBlur={() => setArmed(false)}
      autoFocus
    >
      {t('models.reallyRemove')}
    </Button>
  ) : (
    <Button
      size="icon-sm"
      variant="ghost"
      aria-label={t('models.removeRoute', { name })}
      onClick={() => setArmed(true)}
    >
      <Trash2 aria-hidden />
    </Button>
  )
}

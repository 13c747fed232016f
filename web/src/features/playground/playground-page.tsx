import { Link } from '@tanstack/react-router'
import { Boxes, Columns2, Settings2, Square, SquarePen } from 'lucide-react'
import { useCallback, useState } from 'react'
import { Page } from '@/components/page'
import { EmptyState, ErrorState } from '@/components/states'
import { Button } from '@/components/ui/button'
import { Drawer } from '@/components/ui/dialog'
import { Segmented } from '@/components/ui/segmented'
import { Skeleton } from '@/components/ui/skeleton'
import { useI18n } from '@/i18n'
import { cn } from '@/lib/cn'
import { Composer } from './composer'
import { createKeyring } from './data/call'
import { openCalls } from './data/history'
import { isOpen, isRunning } from './data/lane'
import { keepSettings, readSettings } from './data/settings'
import { surfaces, type ImagePart, type Settings, type Surface } from './data/types'
import { LaneView } from './lane-view'
import { SettingsPanel } from './settings-panel'
import { useCallableModels } from './use-callable-models'
import { useLane } from './use-lane'

export interface PlaygroundSearch {
  model?: string
  /** The model to compare with. */
  with?: string
  surface?: Surface
}

interface PlaygroundPageProps {
  search: PlaygroundSearch
  onSearch: (change: PlaygroundSearch) => void
}

export function PlaygroundPage({ search, onSearch }: PlaygroundPageProps) {
  const { t } = useI18n()
  const [key] = useState(() => createKeyring())
  const [settings, setSettings] = useState(() => readSettings(sessionStorage))
  const [drawer, setDrawer] = useState(false)
  const callable = useCallableModels(key)
  const models = callable.data ?? []
  const surface = search.surface ?? 'chat'
  const model = search.model ?? models[0] ?? ''
  const second = search.with
  const first = useLane({ key, model, surface, settings })
  const other = useLane({ key, model: second ?? '', surface, settings })
  const lanes = second ? [first, other] : [first]
  const running = lanes.some(({ lane }) => isRunning(lane))
  const waiting = lanes.some(({ turns }) => openCalls(turns).length > 0)

  const change = useCallback((part: Partial<Settings>) => {
    setSettings((current) => {
      const next = { ...current, ...part }
      keepSettings(sessionStorage, next)
      return next
    })
  }, [])
  const ask = (text: string, images: ImagePart[]) => {
    if (lanes.every(({ lane }) => isOpen(lane))) lanes.forEach((each) => each.ask(text, images))
  }
  const compare = () => {
    other.clear()
    onSearch({ model, with: second ? undefined : (models.find((each) => each !== model) ?? model) })
  }
  const panel = <SettingsPanel settings={settings} onChange={change} />

  return (
    <Page
      title={t('nav.playground')}
      description={t('play.lead')}
      actions={
        <>
          <Segmented
            label={t('play.surface')}
            value={surface}
            onChange={(value) => onSearch({ surface: value })}
            options={surfaces.map((each) => ({ value: each, label: t(`play.surface.${each}`) }))}
          />
          <Button onClick={compare} disabled={models.length === 0 || running}>
            {second ? <Square aria-hidden /> : <Columns2 aria-hidden />}
            {t(second ? 'play.single' : 'play.compare')}
          </Button>
          <Button onClick={() => lanes.forEach((each) => each.clear())}>
            <SquarePen aria-hidden />
            {t('play.clear')}
          </Button>
          <Button className="xl:hidden" onClick={() => setDrawer(true)}>
            <Settings2 aria-hidden />
            {t('play.settings')}
          </Button>
        </>
      }
    >
      {callable.isError ? (
        <ErrorState error={callable.error} onRetry={() => void callable.refetch()} className="panel" />
      ) : callable.isPending ? (
        <div className="panel grid gap-3 p-4" aria-busy="true">
          <Skeleton className="h-8 w-64" />
          <Skeleton className="h-64" />
        </div>
      ) : models.length === 0 && !search.model ? (
        <EmptyState
          icon={Boxes}
          title={t('play.noModels')}
          className="panel"
          action={
            <Button asChild variant="primary">
              <Link to="/gateway/models" search={{ dialog: 'new' }}>
                {t('models.add')}
              </Link>
            </Button>
          }
        >
          {t('play.noModelsHint')}
        </EmptyState>
      ) : (
        <div className="grid gap-4 xl:h-[calc(100dvh-9.75rem)] xl:grid-cols-[minmax(0,1fr)_20rem]">
          <div className="flex min-h-0 flex-col gap-3 max-xl:min-h-[calc(100dvh-13rem)]">
            <div className={cn('grid min-h-0 flex-1 gap-3', second && 'md:grid-cols-2')}>
              <LaneView
                control={first}
                label={t('play.model')}
                model={model}
                models={models}
                simulated={callable.simulated.has(model)}
                onModel={(value) => onSearch({ model: value })}
                onAsk={(text) => ask(text, [])}
                alone={!second}
              />
              {second && (
                <LaneView
                  control={other}
                  label={t('play.modelSecond')}
                  model={second}
                  models={models}
                  simulated={callable.simulated.has(second)}
                  onModel={(value) => onSearch({ with: value })}
                />
              )}
            </div>
            <div className="sticky bottom-2 z-10 xl:static">
              <Composer
                running={running}
                waiting={waiting ? t('play.waiting') : undefined}
                disabled={!model}
                onAsk={ask}
                onStop={() => lanes.forEach((each) => each.stop())}
              />
            </div>
          </div>
          <aside
            aria-label={t('play.settings')}
            className="panel relative min-h-0 overflow-y-auto p-4 max-xl:hidden"
          >
            {panel}
          </aside>
        </div>
      )}
      <Drawer
        open={drawer}
        onOpenChange={setDrawer}
        label={t('play.settings')}
        title={<span className="font-semibold">{t('play.settings')}</span>}
        className="sm:max-w-md"
      >
        <div className="p-4">{panel}</div>
      </Drawer>
    </Page>
  )
}

import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation } from '@tanstack/react-query'
import { useForm } from 'react-hook-form'
import { EditError } from '@/components/edit-conflict'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { Input, Textarea } from '@/components/ui/input'
import { useToast } from '@/components/ui/toast'
import { useI18n } from '@/i18n'
import { readRoute, updateRoute } from '@/lib/api/catalog'
import type { KnownRoute } from '@/lib/api/use-models'
import { showFieldErrors } from '@/lib/forms'
import { useEdit } from '@/lib/use-edit'
import {
  capFields,
  priceFields,
  routeSchema,
  routeValuesOf,
  toRouteUpdate,
  type RouteValues,
} from './data/schema'

interface RouteDialogProps {
  route: KnownRoute
  onClose: () => void
  onSaved: () => Promise<unknown>
}

/** What is set once for a route: weight and switch are in its row. */
export function RouteDialog({ route, onClose, onSaved }: RouteDialogProps) {
  const { t } = useI18n()
  const toast = useToast()
  const form = useForm<RouteValues>({
    resolver: zodResolver(routeSchema(t)),
    defaultValues: routeValuesOf(route),
  })
  const edit = useEdit({ form, read: () => readRoute(route.id), valuesOf: routeValuesOf })
  const { errors } = form.formState
  const save = useMutation({
    mutationFn: async (values: RouteValues) =>
      updateRoute(route.id, toRouteUpdate(values), await edit.etag()),
    onSuccess: async () => {
      await onSaved()
      toast.success(t('common.saved'), route.upstream_model)
      onClose()
    },
    onError: (error) =>
      showFieldErrors(error, form.setError, [
        'upstream_model',
        'label',
        'notes',
        ...capFields,
        ...priceFields.map((name) => `prices.${name}` as const),
      ]),
  })
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      size="lg"
      title={t('models.editRouteTitle', { name: route.providerLabel })}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" form="route-form" variant="primary" busy={save.isPending}>
            {t('common.save')}
          </Button>
        </>
      }
    >
      <form
        id="route-form"
        noValidate
        className="grid gap-4 sm:grid-cols-2"
        onSubmit={form.handleSubmit((values) => save.mutate(values))}
      >
        <Field label={t('models.upstream')} error={errors.upstream_model?.message}>
          {(control) => (
            <Input {...control} {...form.register('upstream_model')} autoFocus className="font-mono" />
          )}
        </Field>
        <Field label={t('models.label')} optional={t('common.optional')} error={errors.label?.message}>
          {(control) => <Input {...control} {...form.register('label')} />}
        </Field>
        {capFields.map((name) => (
          <Field
            key={name}
            label={t(`models.${name}`)}
            optional={t('common.optional')}
            hint={t('models.capHint')}
            error={errors[name]?.message}
          >
            {(control) => (
              <Input {...control} {...form.register(name)} inputMode="numeric" className="tnum" />
            )}
          </Field>
        ))}
        <fieldset className="grid grid-cols-2 gap-4 sm:col-span-2 sm:grid-cols-3">
          <legend className="mb-1.5 text-sm font-medium">
            {t('models.prices')}{' '}
            <span className="ms-1 text-xs font-normal text-ink-3">{t('models.pricesUnit')}</span>
          </legend>
          <p className="col-span-full -mt-1.5 text-xs text-ink-3">{t('models.routePricesHint')}</p>
          {priceFields.map((name) => (
            <Field key={name} label={t(`models.${name}`)} error={errors.prices?.[name]?.message}>
              {(control) => (
                <Input
                  {...control}
                  {...form.register(`prices.${name}`)}
                  inputMode="decimal"
                  placeholder="–"
                  className="tnum"
                />
              )}
            </Field>
          ))}
        </fieldset>
        <Field
          label={t('models.notes')}
          optional={t('common.optional')}
          error={errors.notes?.message}
          className="sm:col-span-2"
        >
          {(control) => <Textarea {...control} {...form.register('notes')} />}
        </Field>
        <div className="sm:col-span-2">
          <EditError
            edit={edit}
            error={save.error}
            onLoaded={save.reset}
            label={(name) =>
              t(`models.${name === 'upstream_model' ? 'upstream' : (name as 'label' | 'notes' | 'prices')}`)
            }
          />
        </div>
      </form>
    </Dialog>
  )
}

import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Controller, useForm } from 'react-hook-form'
import { EditError } from '@/components/edit-conflict'
import { LimitsTabs, type LimitsTab } from '@/components/limits/limits-tabs'
import { SwitchRow } from '@/components/switch-row'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Select } from '@/components/ui/select'
import { useToast } from '@/components/ui/toast'
import { useI18n, type MessageKey } from '@/i18n'
import {
  createModel,
  createRoute,
  providersQuery,
  readModel,
  updateModel,
  type Model,
} from '@/lib/api/catalog'
import type { KnownModel } from '@/lib/api/use-models'
import { showFieldErrors } from '@/lib/forms'
import { useEdit } from '@/lib/use-edit'
import {
  affinities,
  modelSchema,
  multiplierFields,
  priceFields,
  sizeFields,
  strategies,
  toUpdate,
  valuesOf,
  type ModelValues,
} from './data/schema'

const labels: Record<string, MessageKey> = {
  display_name: 'models.displayName',
  strategy: 'models.strategy',
  affinity_mode: 'models.affinity',
  enabled: 'common.enabled',
}

interface ModelDialogProps {
  model?: KnownModel
  tab?: LimitsTab
  onClose: () => void
  onSaved: () => Promise<unknown>
}

export function ModelDialog({ model, tab: first = 'settings', onClose, onSaved }: ModelDialogProps) {
  const { t } = useI18n()
  const toast = useToast()
  const providers = useQuery({ ...providersQuery, enabled: !model })
  const form = useForm<ModelValues>({ resolver: zodResolver(modelSchema(t)), defaultValues: valuesOf(model) })
  const edit = useEdit({
    form,
    read: model && (() => readModel(model.id)),
    valuesOf: (read: Model) => valuesOf(read),
  })
  const { errors } = form.formState
  const [tab, setTab] = useState(first)

  const save = useMutation({
    mutationFn: async (values: ModelValues) => {
      const changes = toUpdate(values, Boolean(model))
      if (model) return updateModel(model.id, changes, await edit.etag())
      const created = await createModel({
        ...changes,
        model_id: values.model_id,
        display_name: changes.display_name ?? values.model_id,
      })
      if (values.provider_id) {
        const upstream = values.upstream_model.trim() || values.model_id
        await createRoute(created.id, { provider_id: values.provider_id, upstream_model: upstream })
      }
      return created
    },
    onSuccess: async (saved) => {
      await onSaved()
      toast.success(t(model ? 'common.saved' : 'models.added'), saved.model_id)
      onClose()
    },
    onError: (error) =>
      showFieldErrors(error, form.setError, [
        'model_id',
        'display_name',
        ...priceFields,
        ...multiplierFields,
        ...sizeFields,
      ]),
  })

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      size="lg"
      title={model ? t('models.editTitle', { name: model.model_id }) : t('models.add')}
      description={model ? undefined : t('models.addHint')}
      footer={
        tab === 'settings' && (
          <>
            <Button onClick={onClose}>{t('common.cancel')}</Button>
            <Button type="submit" form="model-form" variant="primary" busy={save.isPending}>
              {model ? t('common.save') : t('models.add')}
            </Button>
          </>
        )
      }
    >
      <LimitsTabs subject={model && { kind: 'model', id: model.model_id }} tab={tab} onTab={setTab}>
        <form
          id="model-form"
          noValidate
          className="grid gap-4 sm:grid-cols-2"
          onSubmit={form.handleSubmit((values) => save.mutate(values))}
        >
          <Field label={t('models.modelId')} error={errors.model_id?.message} hint={t('models.modelIdHint')}>
            {(control) => (
              <Input
                {...control}
                {...form.register('model_id')}
                readOnly={Boolean(model)}
                autoFocus={!model}
                placeholder="gpt-5.4-mini"
                className="font-mono read-only:text-ink-3"
              />
            )}
          </Field>
          <Field
            label={t('models.displayName')}
            optional={t('common.optional')}
            error={errors.display_name?.message}
          >
            {(control) => (
              <Input {...control} {...form.register('display_name')} autoFocus={Boolean(model)} />
            )}
          </Field>
          {!model && (
            <>
              <Field
                label={t('models.firstProvider')}
                optional={t('common.optional')}
                hint={t('models.firstProviderHint')}
              >
                {(control) => (
                  <Select {...control} {...form.register('provider_id')}>
                    <option value="">{t('models.noProvider')}</option>
                    {providers.data?.items.map((provider) => (
                      <option key={provider.id} value={provider.id}>
                        {provider.display_name}
                      </option>
                    ))}
                  </Select>
                )}
              </Field>
              <Field
                label={t('models.upstream')}
                optional={t('common.optional')}
                hint={t('models.upstreamHint')}
              >
                {(control) => (
                  <Input {...control} {...form.register('upstream_model')} className="font-mono" />
                )}
              </Field>
            </>
          )}
          <Field label={t('models.strategy')} hint={t('models.strategyHint')}>
            {(control) => (
              <Select {...control} {...form.register('strategy')}>
                <option value="">{t('models.strategy.default')}</option>
                {strategies.map((strategy) => (
                  <option key={strategy} value={strategy}>
                    {t(`models.strategy.${strategy}`)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label={t('models.affinity')} hint={t('models.affinityHint')}>
            {(control) => (
              <Select {...control} {...form.register('affinity_mode')}>
                <option value="">{t('models.strategy.default')}</option>
                {affinities.map((affinity) => (
                  <option key={affinity} value={affinity}>
                    {t(`models.affinity.${affinity}`)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <fieldset className="grid grid-cols-2 gap-4 sm:col-span-2 sm:grid-cols-3">
            <legend className="mb-1.5 text-sm font-medium">
              {t('models.prices')}{' '}
              <span className="ms-1 text-xs font-normal text-ink-3">{t('models.pricesUnit')}</span>
            </legend>
            <p className="col-span-full -mt-1.5 text-xs text-ink-3">{t('models.pricesHint')}</p>
            {priceFields.map((name) => (
              <Field key={name} label={t(`models.${name}`)} error={errors[name]?.message}>
                {(control) => (
                  <Input
                    {...control}
                    {...form.register(name)}
                    inputMode="decimal"
                    placeholder="–"
                    className="tnum"
                  />
                )}
              </Field>
            ))}
          </fieldset>
          {multiplierFields.map((name) => (
            <Field
              key={name}
              label={t(`models.${name}`)}
              hint={t('models.multiplierHint')}
              error={errors[name]?.message}
            >
              {(control) => (
                <Input
                  {...control}
                  {...form.register(name)}
                  inputMode="decimal"
                  placeholder="1"
                  className="tnum"
                />
              )}
            </Field>
          ))}
          {sizeFields.map((name) => (
            <Field
              key={name}
              label={t(`models.${name}`)}
              optional={t('common.optional')}
              error={errors[name]?.message}
            >
              {(control) => (
                <Input {...control} {...form.register(name)} inputMode="numeric" className="tnum" />
              )}
            </Field>
          ))}
          <div className="grid gap-3 sm:col-span-2">
            <Controller
              control={form.control}
              name="enabled"
              render={({ field }) => (
                <SwitchRow
                  label={t('common.enabled')}
                  hint={t('models.enabledHint')}
                  checked={field.value}
                  onChange={field.onChange}
                />
              )}
            />
            <EditError
              edit={edit}
              error={save.error}
              onLoaded={save.reset}
              label={(name) => t(labels[name] ?? (`models.${name}` as 'models.input_price'))}
            />
          </div>
        </form>
      </LimitsTabs>
    </Dialog>
  )
}

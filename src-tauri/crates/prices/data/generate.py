"""Writes the bundled price file from two published data sets. Run it with `cargo xtask prices`.

Base: `genai-prices` (MIT), which knows dates, match rules, context steps and hours of the day.
Overlay: the price file inside `litellm` (MIT): service tiers, weekday hours, limits, capabilities, days of
retirement, and models that the base lacks. The base wins where both state a figure; `conflicts.tsv` lists
every place where they differ. Decimals are read as decimals; no float takes part.

Usage: generate.py GENAI_FOLDER LITELLM_FOLDER OUTPUT_FOLDER GENAI_VERSION LITELLM_VERSION AS_OF
"""

import datetime
import json
import re
import shutil
import sys
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

BUCKETS = ('input', 'output', 'cache_read', 'cache_write', 'cache_write_1h', 'reasoning')
GENAI_KEYS = dict(
    zip(
        BUCKETS,
        ('input_mtok', 'output_mtok', 'cache_read_mtok', 'cache_write_mtok', 'cache_write_1h_mtok', 'output_reasoning_mtok'),
        strict=True,
    )
)
# Keys of the price file; a threshold goes between the name and the suffix of the tier.
LITELLM_KEYS = {
    'input': 'input_cost_per_token',
    'output': 'output_cost_per_token',
    'cache_read': 'cache_read_input_token_cost',
    'cache_write': 'cache_creation_input_token_cost',
    'cache_write_1h': 'cache_creation_input_token_cost_above_1hr',
    'reasoning': 'output_cost_per_reasoning_token',
}
LITELLM_TIERS = {'standard': '', 'batch': '_batches', 'flex': '_flex', 'priority': '_priority'}
GENAI_TIERS = {
    'batch': ({'processing': 'batch'},),
    'flex': ({'service_tier': 'flex'},),
    'priority': ({'service_tier': 'priority'},),
    'fast': ({'service_tier': 'fast'}, {'speed': 'fast'}),
}
# Providers of the overlay, by the base's name for them.
LITELLM_PROVIDERS = {
    'openai': 'openai',
    'text-completion-openai': 'openai',
    'anthropic': 'anthropic',
    'gemini': 'google',
    'deepseek': 'deepseek',
    'groq': 'groq',
    'mistral': 'mistral',
    'xai': 'x-ai',
    'together_ai': 'together',
    'azure': 'azure',
    'fireworks_ai': 'fireworks',
    'cohere_chat': 'cohere',
    'perplexity': 'perplexity',
    'cerebras': 'cerebras',
    'moonshot': 'moonshotai',
    'zai': 'zai',
    'minimax': 'minimax',
    'novita': 'novita',
}
# No text models, a second name of a provider that is there already, or seats instead of keys.
LEFT_OUT = {'elevenlabs', 'voyageai', 'openai-decisions', 'cursor', 'github-copilot'}
CAPABILITIES = {
    'c': 'supports_prompt_caching',
    'f': 'supports_assistant_prefill',
    'j': 'supports_response_schema',
    'r': 'supports_reasoning',
    't': 'supports_function_calling',
    'v': 'supports_vision',
}
ALL_WEEK = '1234567'
DAY = 24 * 60

conflicts = []


def conflict(kind, provider, model, what, base='', overlay=''):
    conflicts.append('\t'.join((kind, provider, model, what, str(base), str(overlay))))


def plain(value):
    """A decimal as people write it: no exponent, no trailing zeros."""
    text = format(value, 'f')
    return text.rstrip('0').rstrip('.') if '.' in text else text


def micro(value, where):
    """USD per million tokens with the six decimals that a pico-dollar per token allows."""
    exact = Decimal(value)
    near = exact.quantize(Decimal('0.000001'), ROUND_HALF_EVEN)
    if near != exact:
        noise = exact != 0 and abs(near - exact) / exact < Decimal('1e-9')
        conflict('float-noise' if noise else 'rounded', *where, plain(exact), plain(near))
    return near


# --- the base ---------------------------------------------------------------------------------------


def dnf(clause):
    """The clause as alternatives of conditions that must all hold."""
    name = type(clause).__name__
    if name == 'ClauseOr':
        return [part for inner in clause.or_ for part in dnf(inner)]
    if name == 'ClauseAnd':
        parts = [[]]
        for inner in clause.and_:
            parts = [left + right for left in parts for right in dnf(inner)]
        return parts
    if name == 'ClauseEquals':
        return [['=' + clause.equals.lower()]]
    if name == 'ClauseStartsWith':
        return [['^' + clause.starts_with.lower()]]
    if name == 'ClauseEndsWith':
        return [['$' + clause.ends_with.lower()]]
    if name == 'ClauseContains':
        return [['*' + clause.contains.lower()]]
    return [[shape(clause.regex)]]


def shape(regex):
    """A regular expression of the few forms in use, as text in which `#` stands for a digit."""
    if regex == r'^(?!.*-[tT][tT][sS](?:$|-))':
        return '!tts'
    text = re.sub(r'\\d\{(\d)\}', lambda found: '#' * int(found[1]), regex).replace(r'\d', '#')
    if text.startswith('^'):
        bodies, sign = [text[1:].removesuffix('$')], '~' if text.endswith('$') else '^~'
        # An optional group and a choice of two characters are written out.
        for pattern in (r'(.*?)\(([^()|?]+)\)\?(.*)', r'(.*?)(?<!\\)\[([^\[\]\\]{2})\](.*)'):
            while any(re.fullmatch(pattern, body) for body in bodies):
                body = next(body for body in bodies if re.fullmatch(pattern, body))
                found = re.fullmatch(pattern, body)
                choices = ('', found[2]) if pattern.endswith(r'\)\?(.*)') else tuple(found[2])
                bodies.remove(body)
                bodies += [found[1] + choice + found[3] for choice in choices]
        bodies = sorted(re.sub(r'\\([.\[\]])', r'\1', body) for body in bodies)
        if all(re.fullmatch(r'[a-z0-9./@=#\[\]-]+', body) for body in bodies):
            return '|'.join(sign + body for body in bodies)
    sys.exit(f'generate.py does not know how to read the match rule {regex!r}; teach `shape` its form')


def holds(condition, name):
    """Whether a condition of the file holds for a model's name; the same rules as `src/rule.rs`."""
    if '|' in condition:
        return any(holds(one, name) for one in condition.split('|'))
    kind, text = condition[0], condition[1:]
    if condition.startswith('^~'):
        text = condition[2:]
        return re.match(re.escape(text).replace(r'\#', '[0-9]'), name) is not None
    if kind == '~':
        return re.fullmatch(re.escape(text).replace(r'\#', '[0-9]'), name) is not None
    return {
        '=': name == text,
        '^': name.startswith(text),
        '$': name.endswith(text),
        '*': text in name,
        '!': re.search(f'-{re.escape(text)}(?:$|-)', name) is None,
    }[kind]


def steps(price, where):
    """`{threshold: {bucket: USD per million}}` of one resolved price of the base."""
    from genai_prices.types import TieredPrices

    values = {bucket: price.__dict__.get(key) for bucket, key in GENAI_KEYS.items()}
    above = {0}
    for value in values.values():
        if isinstance(value, TieredPrices):
            above.update(tier.start for tier in value.tiers)
    table = {}
    for threshold in sorted(above):
        row = {}
        for bucket, value in values.items():
            if isinstance(value, TieredPrices):
                below = [tier.price for tier in value.tiers if tier.start <= threshold and threshold]
                value = below[-1] if below else value.base
            if value is not None:
                row[bucket] = micro(value, (*where, bucket))
        table[threshold] = row
    requests = price.__dict__.get('requests_kcount')
    if requests is not None:
        for row in table.values():
            row['request'] = micro(requests * 1000, (*where, 'request'))
    return table


def windows(timed):
    """The hours of a timed price of the base, every day, as `[(days, from minute, to minute)]`."""
    found = []
    for conditional in timed:
        start, end = (moment.hour * 60 + moment.minute for moment in (conditional.constraint.start_time, conditional.constraint.end_time))
        found += [(ALL_WEEK, start, end)] if start < end else [(ALL_WEEK, start, DAY), (ALL_WEEK, 0, end)]
    return [window for window in found if window[1] < window[2]]


def hours_text(found):
    """Windows as text: `12345@00:00-01:00,04:00-06:00;67@00:00-24:00`."""
    by_days = {}
    for days, start, end in found:
        by_days.setdefault(days, []).append((start, end))
    clock = lambda minute: f'{minute // 60:02}:{minute % 60:02}'
    return ';'.join(
        days + '@' + ','.join(f'{clock(start)}-{clock(end)}' for start, end in sorted(spans))
        for days, spans in sorted(by_days.items())
    )


def base_rows(provider, model):
    """`{(tier, from, hours): steps}` of a model of the base. `from` is '' for "always"."""
    from genai_prices.types import ConditionalPrice, StartDateConstraint, TimeOfDateConstraint

    prices = model.prices if isinstance(model.prices, list) else [ConditionalPrice(prices=model.prices)]
    dated = [one for one in prices if not isinstance(one.constraint, TimeOfDateConstraint)]
    timed = [one for one in prices if isinstance(one.constraint, TimeOfDateConstraint)]
    if prices[: len(dated)] != dated:
        sys.exit(f'{provider.id}/{model.id}: hours stand before dates; generate.py does not know what that means')
    starts = [one.constraint.start_date if one.constraint else datetime.date.min for one in dated]
    # The base uses the first price where none has begun.
    starts[0] = datetime.date.min
    if starts != sorted(set(starts)):
        sys.exit(f'{provider.id}/{model.id}: dates are not in order')
    begin = lambda day: '' if day == datetime.date.min else day.isoformat()
    rows = {}
    for day, one in zip(starts, dated, strict=True):
        rows['standard', begin(day), ''] = steps(one.prices, (provider.id, model.id))
    tables = [steps(one.prices, (provider.id, model.id)) for one in timed]
    for table in tables:
        same = [one for one, other in zip(timed, tables, strict=True) if other == table]
        rows['standard', begin(starts[-1]), hours_text(windows(same))] = table
    variants = model.price_variants or []
    for tier, contexts in GENAI_TIERS.items():
        own = [variant for variant in variants if variant.when in contexts]
        if not own:
            continue
        own_starts = [variant.constraint.start_date if variant.constraint else datetime.date.min for variant in own]
        if any(variant.constraint and not isinstance(variant.constraint, StartDateConstraint) for variant in own) or timed:
            sys.exit(f'{provider.id}/{model.id}: a tier with hours; generate.py does not know what that means')
        context = {key: value for one in contexts for key, value in one.items()}
        for day in sorted({*starts, *own_starts}):
            if day < min(own_starts):
                continue
            moment = datetime.datetime.combine(max(day, datetime.date(1970, 1, 1)), datetime.time(), datetime.UTC)
            rows[tier, begin(day), ''] = steps(model.get_prices(moment, context), (provider.id, model.id))
    return drop_repeats(rows)


def drop_repeats(rows):
    """Leaves out a dated price that says the same as the one before it."""
    kept = {}
    for key in sorted(rows):
        tier, begins, hours = key
        timed = any(other[:2] == (tier, begins) and other[2] for other in rows)
        before = max((other for other in kept if other[0] == tier and other[1] < begins), default=None)
        if hours or timed or before is None or before[2] or kept[before] != rows[key]:
            kept[key] = rows[key]
    return kept


# --- the overlay ------------------------------------------------------------------------------------


def litellm_models(folder):
    """`{provider: {name: entry}}` of the models that answer prompts."""
    text = (folder / 'model_prices_and_context_window_backup.json').read_text(encoding='utf-8')
    entries = json.loads(text, parse_float=Decimal)
    found = {}
    for full, entry in sorted(entries.items()):
        provider = LITELLM_PROVIDERS.get(entry.get('litellm_provider'))
        if provider is None or entry.get('mode') not in ('chat', 'responses', 'completion') or full.startswith('ft:'):
            continue
        prefix = entry['litellm_provider'] + '/'
        name = full.removeprefix(prefix).removeprefix('cohere/').lower()
        if provider == 'fireworks' and (f'accounts/fireworks/models/{name}' in entries or f'{prefix}accounts/fireworks/models/{name}' in entries):
            continue  # the short form of a name that is there in full
        if name.startswith('fireworks-ai-') or (provider in ('azure', 'openai', 'anthropic', 'mistral') and '/' in name):
            continue  # size classes and regions, not names that a request can carry
        known = found.setdefault(provider, {})
        if name not in known or full.startswith(prefix):
            known[name] = entry
    return found


# Providers that charge the higher step from the threshold on, not above it.
INCLUSIVE = {'x-ai'}


def overlay_steps(entry, tier, where, filled=True):
    """`{threshold: {bucket: USD per million}}` that an entry states for a tier; `{}` if it does not state input
    and output. `filled`: cache prices that the tier lacks are those of the standard tier."""
    suffix = LITELLM_TIERS[tier]
    thresholds = {0}
    for key in entry:
        if found := re.fullmatch(r'input_cost_per_token_above_(\d+)k_tokens' + suffix, key):
            thresholds.add(int(found[1]) * 1000)

    def stated(bucket, threshold, suffix):
        middle = f'_above_{threshold // 1000}k_tokens' if threshold else ''
        value = entry.get(LITELLM_KEYS[bucket] + middle + suffix)
        return value if isinstance(value, (Decimal, int)) and not isinstance(value, bool) else None

    table = {}
    for threshold in sorted(thresholds):
        row = {}
        for bucket in BUCKETS:
            value = stated(bucket, threshold, suffix)
            if value is None and filled and bucket not in ('input', 'output', 'reasoning'):
                value = stated(bucket, threshold, '')
            if value is None and threshold:
                value = stated(bucket, 0, suffix)
            if value is not None:
                row[bucket] = micro(Decimal(value) * 10**6, (*where, f'{bucket}, {tier}'))
        if row.get('reasoning') == row.get('output'):
            row.pop('reasoning', None)
        # A write price of 0 stands for "there are no writes".
        for bucket in ('cache_write', 'cache_write_1h'):
            if row.get(bucket) == 0 and row.get('input'):
                del row[bucket]
        if 'input' not in row or 'output' not in row:
            return {}
        if suffix == '' and isinstance(fee := entry.get('input_cost_per_request'), Decimal):
            row['request'] = micro(fee * 10**6, (*where, 'request'))
        table[threshold - 1 if threshold and where[0] in INCLUSIVE else threshold] = row
    return table


def off_peak(entry):
    """The off-peak windows and prices of an entry, or `None`."""
    block = entry.get('off_peak_pricing')
    if not block or block.get('weekday_timezone') or 'hours_utc' in block:
        return None
    found = []
    for rule in block['windows']:
        spans = rule['hours_utc'] if isinstance(rule['hours_utc'], list) else [rule['hours_utc']]
        days = ''.join(str(day) for day in rule.get('weekdays', range(1, 8)))
        for span in spans:
            start, end = (int(clock[:2]) * 60 + int(clock[3:]) for clock in span.split('-'))
            found += [(days, start, end or DAY)] if start < (end or DAY) else [(days, start, DAY), (days, 0, end)]
    prices = {bucket: Decimal(block[key]) * 10**6 for bucket, key in LITELLM_KEYS.items() if key in block}
    return found, prices


def current(rows, tier, today):
    """The key of the price of a tier that holds today outside special hours, or `None`."""
    return max((key for key in rows if key[0] == tier and key[1] <= today and not key[2]), default=None)


def compare(provider, model, tier, base, overlay):
    """Lists where two tables differ; `tier` says of what. Returns whether input and output agree."""
    agree = True
    for threshold in sorted(base.keys() | overlay.keys()):
        if threshold not in base or threshold not in overlay:
            conflict('step', provider, model, f'{tier} above {threshold}', 'stated' if threshold in base else '', 'stated' if threshold in overlay else '')
            agree = False
            continue
        for bucket in BUCKETS:
            left, right = base[threshold].get(bucket), overlay[threshold].get(bucket)
            if left != right and right is not None:
                step = f' above {threshold}' if threshold else ''
                conflict('price', provider, model, f'{bucket}, {tier}{step}', '' if left is None else plain(left), plain(right))
                agree = agree and (bucket not in ('input', 'output') or left is None)
    return agree


def overlay_on(provider, model, rows, entry, today):
    """Adds to `rows` what an entry knows beyond the base. Returns `{key: 'l'}` for the rows it added."""
    added = {}
    key = current(rows, 'standard', today)
    standard = overlay_steps(entry, 'standard', (provider, model))
    if not standard:
        return added
    special = off_peak(entry)
    if special and key:
        spans, prices = special
        timed = [other for other in rows if other[:2] == key[:2] and other[2]]
        # The base states off-peak as the usual price and peak hours without weekdays.
        peak = rows[timed[0]] if len(timed) == 1 else rows[key]
        usual = rows[key] if len(timed) == 1 else None
        same = {0: dict(usual[0])} if usual else None
        agrees = peak == standard and (same is None or all(same[0].get(bucket) == value for bucket, value in prices.items()))
        if agrees:
            for other in timed:
                del rows[other]
            rows[key] = standard
            cheap = {0: {**standard[0], **{bucket: micro(value, (provider, model, 'off-peak')) for bucket, value in prices.items()}}}
            added[key] = 'l'
            added[key[0], key[1], hours_text(spans)] = 'l'
            rows[key[0], key[1], hours_text(spans)] = cheap
        else:
            conflict('hours', provider, model, 'off-peak hours not taken: the prices differ')
        return added
    if not compare(provider, model, 'standard', rows[key], standard):
        return added
    for tier in ('batch', 'flex', 'priority'):
        table = overlay_steps(entry, tier, (provider, model))
        if not table:
            continue
        have = current(rows, tier, today)
        if have:
            compare(provider, model, tier, rows[have], overlay_steps(entry, tier, (provider, model), filled=False))
        elif table.keys() != rows[key].keys():
            conflict('tier', provider, model, f'{tier} not taken: it lacks the steps of the standard price')
        else:
            rows[tier, key[1], ''] = table
            added[tier, key[1], ''] = 'l'
            # What the overlay says holds today; when the standard price changes, the tier's is not known.
            if later := [other[1] for other in rows if other[0] == 'standard' and other[1] > key[1]]:
                rows[tier, min(later), ''] = {0: {}}
                added[tier, min(later), ''] = 'l'
    return added


def details(entry):
    """Limits, capabilities and the day of retirement of an entry, as columns."""
    if not entry:
        return ['', '', '', '']
    number = lambda key: str(int(entry[key])) if isinstance(entry.get(key), (int, Decimal)) else ''
    letters = ''.join(letter for letter, key in CAPABILITIES.items() if entry.get(key) is True)
    retires = entry.get('deprecation_date') or ''
    return [number('max_input_tokens'), number('max_output_tokens'), letters, retires if re.fullmatch(r'\d{4}-\d{2}-\d{2}', retires) else '']


# --- the file ---------------------------------------------------------------------------------------


def line(*columns):
    text = '\t'.join(columns)
    if any(ord(char) < 32 and char != '\t' for char in text):
        sys.exit(f'a control character in {text!r}')
    return text.rstrip('\t')


def price_lines(provider, model, rows, sources, default):
    for (tier, begins, hours), table in sorted(rows.items()):
        for threshold, row in sorted(table.items()):
            figures = [plain(row[bucket]) if bucket in row else '' for bucket in (*BUCKETS, 'request')]
            yield line('p', provider, model, tier, begins, hours, str(threshold or ''), sources.get((tier, begins, hours), default), *figures)


def main():
    genai, litellm, out, genai_version, litellm_version, as_of = sys.argv[1:]
    sys.path.insert(0, genai)
    from genai_prices.data import providers

    today = as_of
    overlay = litellm_models(Path(litellm) / 'litellm')
    lines = [
        line('s', 'g', f'genai-prices {genai_version}', as_of, 'MIT'),
        line('s', 'l', f'litellm {litellm_version}', as_of, 'MIT'),
    ]
    for provider in providers:
        if provider.id in LEFT_OUT or provider.id.startswith('huggingface_'):
            continue
        entries = overlay.get(provider.id, {})
        by_model, alone = {}, {}
        ids = {model.id.lower(): model for model in provider.models}
        for name, entry in entries.items():
            if found := provider.find_model(name) or ids.get(name):
                by_model.setdefault(found.id, {})[name] = entry
            else:
                alone[name] = entry
        urls = provider.pricing_urls or ['']
        lines.append(line('v', provider.id, provider.name, ' '.join(provider.fallback_model_providers or []), urls[0]))
        known = {}
        for model in provider.models:
            rows = base_rows(provider, model)
            rows = {key: table for key, table in rows.items() if any(table.values())}
            if current(rows, 'standard', '9999') is None:
                conflict('left-out', provider.id, model.id, 'no price for tokens or requests')
                continue
            known[model.id] = model
            names = by_model.get(model.id, {})
            exact = model.id.lower() if model.id.lower() in names else next(iter(names), None)
            entry = names.get(exact)
            added = overlay_on(provider.id, model.id, rows, entry, today) if entry else {}
            window, most_out, letters, retires = details(entry)
            if model.context_window:
                window = str(model.context_window)
            # Other names of the model may state other figures.
            for name, other in names.items():
                for tier in LITELLM_TIERS if other is not entry else ():
                    table = overlay_steps(other, tier, (provider.id, name), filled=False)
                    if table and (key := current(rows, tier, today)):
                        compare(provider.id, model.id, f'{tier} as {name}', rows[key], table)
            lines.append(line('m', provider.id, model.id, window, most_out, letters, retires, 'deprecated' if model.deprecated else ''))
            lines.extend(price_lines(provider.id, model.id, rows, added, 'g'))
        # The first model whose rule holds is the one meant, so an exact name belongs to the first that takes it.
        # A model's own id needs no line unless another takes it.
        exact = {}
        for rank, model in enumerate(provider.models):
            exact[model.id.lower()] = provider.find_model(model.id) or model
            for conditions in dnf(model.match):
                if len(conditions) == 1 and conditions[0].startswith('='):
                    exact[conditions[0][1:]] = provider.find_model(conditions[0][1:])
                else:
                    # A model without a price still takes its names, or a later rule would give them one.
                    owner = model.id if model.id in known else ''
                    lines.append(line('r', provider.id, str(rank), ' '.join(conditions), owner))
        for name, model in exact.items():
            if model.id in known and name != model.id.lower():
                lines.append(line('a', provider.id, name, model.id))
            elif model.id not in known:
                lines.append(line('a', provider.id, name))
        for name, entry in alone.items():
            standard = overlay_steps(entry, 'standard', (provider.id, name))
            if not standard:
                continue
            if standard[0]['input'] == 0 and standard[0]['output'] == 0:
                conflict('zero', provider.id, name, 'not taken: 0 here may mean free or unknown')
                continue
            # What a reseller asks counts before what the maker asks.
            if maker := provider.find_model(name, all_providers=providers):
                theirs = base_rows(provider, maker)
                if key := current(theirs, 'standard', today):
                    compare(provider.id, name, 'standard', theirs[key], standard)
            rows = {('standard', '', ''): standard}
            overlay_on(provider.id, name, rows, entry, today)
            lines.append(line('m', provider.id, name, *details(entry)))
            lines.extend(price_lines(provider.id, name, rows, {}, 'l'))
    lines = sorted(set(lines))
    text = '\n'.join(['switchboard-prices 1', *lines, f'end {len(lines)}', ''])
    folder = Path(out)
    (folder / 'prices.tsv').write_text(text, encoding='utf-8', newline='\n')
    head = 'kind\tprovider\tmodel\twhat\tgenai-prices\tlitellm'
    (folder / 'conflicts.tsv').write_text('\n'.join([head, *sorted(set(conflicts)), '']), encoding='utf-8', newline='\n')
    for root, name, version in ((genai, 'genai_prices', genai_version), (litellm, 'litellm', litellm_version)):
        licence = Path(root) / f'{name}-{version}.dist-info' / 'licenses' / 'LICENSE'
        shutil.copyfile(licence, folder / f'LICENSE-{name.replace("_", "-")}')
    print(f'{len(lines)} rows, {len(set(conflicts))} places where the sources differ')


main()

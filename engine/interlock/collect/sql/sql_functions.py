"""The functions and operators that the SQL of a source may use: those that depend on their arguments alone.

The list is closed. A name that is not here is refused, also when DuckDB knows it. DuckDB's own column `stability` is no
substitute, because releases disagree: 2.0.1 counts `+` and `date_trunc` as dependent on the query, because their
overloads for TIMESTAMPTZ read the setting TimeZone. Here that setting is fixed to UTC before any SQL runs.

Left out on purpose: the clock, chance, settings, files, the catalogue and the platform (`parse_path`), what takes a
function by its name as text (`list_aggregate`), `hash`, which differs between releases, and DuckDB's internals.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = [
    "AGGREGATES",
    "ALLOWED",
    "EVERYWHERE",
    "POOLING",
    "SINCE",
    "TABLE_FUNCTIONS",
    "VALUE_KEYWORDS",
    "WINDOWS",
]

_OPERATORS = """
    + - * / // % ^ ** & | ~ << >> @ !__postfix || && @> <@ <-> <=> ^@ ->> ~~ !~~ ~~* !~~* ~~~ like_escape
    not_like_escape ilike_escape not_ilike_escape add subtract multiply divide xor
"""
_CONDITIONS = "greatest least nullif typeof"
_NUMBERS = """
    abs acos acosh asin asinh atan atan2 atanh bit_count cbrt ceil ceiling cos cosh cot degrees even exp
    factorial fdiv floor fmod gamma gcd greatest_common_divisor isfinite isinf isnan lcm
    least_common_multiple lgamma ln log log10 log2 mod nextafter pi pow power radians round sign signbit sin
    sinh sqrt tan tanh trunc
"""
_TEXT = """
    array_extract ascii bar base64 bin bit_length char_length character_length chr concat concat_ws contains
    damerau_levenshtein decode editdist3 encode ends_with format format_bytes formatreadabledecimalsize
    formatreadablesize from_base64 from_binary from_hex hamming hex instr jaccard jaro_similarity
    jaro_winkler_similarity lcase left left_grapheme len length length_grapheme levenshtein lower lpad ltrim
    md5 md5_number mismatches nfc_normalize octet_length ord position prefix printf regexp_escape
    regexp_extract regexp_extract_all regexp_full_match regexp_matches regexp_replace regexp_split_to_array
    replace reverse right right_grapheme rpad rtrim sha1 sha256 split starts_with str_split str_split_regex
    string_split string_split_regex string_to_array strip_accents strlen strpos substr substring
    substring_grapheme suffix to_base to_base64 to_binary to_hex translate trim ucase unbin unhex unicode
    upper url_decode url_encode uuid_extract_timestamp uuid_extract_version
"""
_BITS = "bit_position bitstring get_bit set_bit"
_TIME = """
    century date_add date_diff date_part date_sub date_trunc datediff datepart datesub datetrunc day dayname
    dayofmonth dayofweek dayofyear decade epoch epoch_ms epoch_ns epoch_us era hour isodow isoyear julian
    last_day make_date make_time make_timestamp make_timestamp_ms make_timestamp_ns make_timestamptz
    microsecond millennium millisecond minute month monthname nanosecond normalized_interval quarter second
    strftime strptime time_bucket timezone timezone_hour timezone_minute to_centuries to_days to_decades
    to_hours to_microseconds to_millennia to_milliseconds to_minutes to_months to_quarters to_seconds
    to_timestamp to_weeks to_years try_strptime week weekday weekofyear year yearweek
"""
_LISTS = """
    apply element_at filter flatten grade_up list_any_value list_append list_apply
    list_approx_count_distinct list_avg list_bit_and list_bit_or list_bit_xor list_bool_and list_bool_or
    list_cat list_concat list_contains list_cosine_distance list_cosine_similarity list_count list_distance
    list_distinct list_dot_product list_element list_entropy list_extract list_filter list_first
    list_grade_up list_has list_has_all list_has_any list_histogram list_indexof list_inner_product
    list_intersect list_kurtosis list_kurtosis_pop list_last list_mad list_max list_median list_min
    list_mode list_negative_dot_product list_negative_inner_product list_pack list_position list_prepend
    list_product list_reduce list_resize list_reverse list_reverse_sort list_select list_sem list_skewness
    list_slice list_sort list_stddev_pop list_stddev_samp list_string_agg list_sum list_transform
    list_unique list_value list_var_pop list_var_samp list_where list_zip reduce
"""
_ARRAYS = """
    array_append array_apply array_cat array_concat array_contains array_cosine_distance
    array_cosine_similarity array_cross_product array_distance array_distinct array_dot_product array_filter
    array_grade_up array_has array_has_all array_has_any array_indexof array_inner_product array_intersect
    array_length array_negative_dot_product array_negative_inner_product array_pop_back array_pop_front
    array_position array_prepend array_push_back array_push_front array_reduce array_resize array_reverse
    array_reverse_sort array_select array_slice array_sort array_to_string array_to_string_comma_default
    array_transform array_unique array_value array_where array_zip
"""
_STRUCTURES = """
    cardinality map map_concat map_contains map_entries map_extract map_extract_value map_from_entries
    map_keys map_values row struct_concat struct_contains struct_extract struct_extract_at struct_has
    struct_indexof struct_insert struct_pack struct_position struct_update union_extract union_tag
    union_value
"""
_JSON = """
    array_to_json from_json from_json_strict json_array json_array_length json_contains json_exists
    json_extract json_extract_path json_extract_path_text json_extract_string json_keys json_merge_patch
    json_object json_pretty json_quote json_structure json_transform json_transform_strict json_type
    json_valid json_value row_to_json to_json
"""
_AGGREGATES = """
    any_value approx_count_distinct approx_quantile arbitrary arg_max arg_max_null arg_min arg_min_null
    argmax argmin array_agg avg bit_and bit_or bit_xor bitstring_agg bool_and bool_or corr count count_if
    count_star countif covar_pop covar_samp entropy equi_width_bins favg first fsum geomean geometric_mean
    group_concat histogram_exact kahan_sum kurtosis kurtosis_pop last list listagg mad max max_by mean
    median min min_by mode product quantile quantile_cont quantile_disc regr_avgx regr_avgy regr_count
    regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy sem skewness stddev stddev_pop stddev_samp
    string_agg sum sumkahan var_pop var_samp variance
"""


def _names(*texts: str) -> frozenset[str]:
    return frozenset(" ".join(texts).split())


EVERYWHERE = _names(
    *(_OPERATORS, _CONDITIONS, _NUMBERS, _TEXT, _BITS, _TIME),
    *(_LISTS, _ARRAYS, _STRUCTURES, _JSON, _AGGREGATES),
)
"""Names that every supported release of DuckDB has."""

POOLING = _names(_AGGREGATES)
"""Functions that make one value of many rows."""

AGGREGATES = POOLING - _names("approx_count_distinct count count_if count_star countif regr_count")
"""Aggregates that are NULL over no rows."""

WINDOWS = _names(
    "cume_dist dense_rank fill first_value lag last_value lead nth_value ntile percent_rank rank rank_dense",
    "row_number",
)
"""Functions of a window. Before 1.5 DuckDB's parser knows them and its table of functions does not."""

SINCE: Mapping[tuple[int, int], frozenset[str]] = {
    (1, 5): _names(
        "arg_max_nulls_last arg_min_nulls_last days_in_month parse_formatted_bytes struct_keys struct_values"
    ),
    (2, 0): _names(
        "if json_deep_merge json_insert json_merge_patch_diff json_normalize json_remove json_replace json_set",
        "json_strip_nulls overlay",
    ),
}
"""Names that came later, by the release of DuckDB that brought them."""

TABLE_FUNCTIONS = frozenset({"generate_series", "range", "unnest"})
"""Functions that may stand in FROM, and as values too."""

ALLOWED = EVERYWHERE.union(WINDOWS, TABLE_FUNCTIONS, *SINCE.values())
"""Every name that may stand before `(`, and every operator that DuckDB reads as a function; in lower case."""

VALUE_KEYWORDS = _names(
    "current_catalog current_date current_role current_schema current_time current_timestamp current_user",
    "localtime localtimestamp session_user user",
)
"""Names without `(` that DuckDB reads as functions of the clock or the session."""

"""Templates at random, for what holds on any page with blocks."""

from hypothesis import strategies as st

PART = """({{ text }}{% mizan_context "tag" tag="p" tag="b" with text="in" %}
{{ text }}{{ tag_label }}{% endmizan_context %})"""


def _block(body: str) -> st.SearchStrategy[str]:
    tags = st.sampled_from(
        [
            '"user" user_id=5',
            '"user" user_id=6 tab="t" tag="section" class="a&b"',
            '"notifications" "tag" tag="<é&>" with flag=True text="<i>" number=1.5 nothing=None',
            '"tag" tag="" with text=_("Hello")',
        ]
    )
    return tags.map(lambda tag: f"{{% mizan_context {tag} %}}{body}{{% endmizan_context %}}")


_LOCALIZED = ["language 'de'", "language 'en-us'", "timezone 'Asia/Tokyo'", "timezone 'UTC'", "localize off"]

_leaves = st.sampled_from(
    [
        "text <b>&amp;</b>\n",
        "{{ user_profile.name }}{{ user_motto }}",
        "{{ unread|add:2 }}{{ tag_label|upper }}",
        "{{ flag }}{{ text }}{{ number }}{{ nothing }}{{ outer }}",
        "{% if user_motto and unread %}both{% else %}not{% endif %}",
        '{% include "part.html" %}{% include "part.html" with text="T" only %}',
        "{% load i18n tz %}{% translate 'Yes' %} {{ 1234.5 }} {% get_current_timezone as here %}{{ here }}",
    ]
)
_bodies = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        inner.flatmap(_block),
        inner.map(lambda body: f"{{% for n in 'ab' %}}{body}{{% endfor %}}"),
        inner.map(lambda body: f"{{% with text='W' %}}{body}{{% endwith %}}"),
        st.tuples(st.sampled_from(_LOCALIZED), inner).map(
            lambda pair: f"{{% load i18n l10n tz %}}{{% {pair[0]} %}}{pair[1]}{{% end{pair[0].split()[0]} %}}"
        ),
        st.lists(inner, min_size=2, max_size=3).map("".join),
    ),
    max_leaves=8,
)

sources = _bodies.flatmap(_block)

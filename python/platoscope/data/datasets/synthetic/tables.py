"""The icons and the themes of the stories in two tables, by name."""

from collections.abc import Mapping
from types import MappingProxyType

from platoscope.data.datasets.synthetic.animals import ANIMALS
from platoscope.data.datasets.synthetic.built import BUILT
from platoscope.data.datasets.synthetic.icon import Icon
from platoscope.data.datasets.synthetic.outdoors import OUTDOORS
from platoscope.data.datasets.synthetic.place import Place
from platoscope.data.datasets.synthetic.things import THINGS
from platoscope.data.datasets.synthetic.vehicles import VEHICLES

ICONS: Mapping[str, Icon] = MappingProxyType({**VEHICLES, **ANIMALS, **THINGS})
THEMES: Mapping[str, tuple[Place, ...]] = MappingProxyType({**OUTDOORS, **BUILT})

# Everything a person or a machine does here. `make` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# Where the environments go. Another folder keeps those of another machine or Python apart.
VENVS ?= .venv
UV := $(VENVS)/uv/bin/uv
ENGINE := $(VENVS)/engine/bin/python
export UV_PYTHON_DOWNLOADS := never
export UV_HTTP_TIMEOUT ?= 300

# $(call python,VERSION...): the first interpreter of one of these versions, by its full path.
python = $(firstword $(foreach v,$(1),$(shell for p in python$(v) python3 python; do \
	$$p -c 'import sys; "%d.%d" % sys.version_info[:2] == "$(v)" or sys.exit(1); print(sys.executable)' \
	2>/dev/null && break; done)))
PYTHON ?= $(call python,3.11 3.13 3.12)

# Each bpy module exists for one Python only; those that this machine has no Python for are left out.
BPY_3.11 := 4.2 4.5 5.0
BPY_3.13 := 5.2
PYTHON_3.11 := $(call python,3.11)
PYTHON_3.13 := $(call python,3.13)
BPY ?= $(foreach v,3.11 3.13,$(if $(PYTHON_$(v)),$(BPY_$(v))))
DEMO_BPY ?= $(firstword $(filter 5.0 5.2,$(BPY)) $(BPY))
python-of-bpy = $(if $(filter $(1),$(BPY_3.13)),$(PYTHON_3.13),$(PYTHON_3.11))

# $(call venv,PYTHON,FOLDER,REQUIREMENTS)
venv = $(UV) venv --quiet --no-project --clear --python $(1) $(2) && \
	$(UV) pip sync --python $(2)/bin/python --require-hashes $(3)

# $(call pytest,PYTHON,FOLDER,OPTIONS): a folder without test files is no failure, but files without tests are.
pytest = @if compgen -G '$(2)/test_*.py' >/dev/null; then \
	echo '== $(2) with $(1)'; $(1) -m pytest $(2) $(3) $(ARGS); else echo '== $(2): no tests yet'; fi

.PHONY: help
help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(VENVS)/engine/.ready package ## paint a real shot, from the extension's zip to a contact sheet (demo/)
	$(VENVS)/bpy-$(DEMO_BPY)/bin/python examples/demo.py --extension build/ecset.zip --engine-python $(ENGINE)

.PHONY: demo-keyframe
demo-keyframe: $(VENVS)/engine/.ready package ## draw on one painted frame; the shot follows it (demo-keyframe/)
	$(VENVS)/bpy-$(DEMO_BPY)/bin/python examples/keyframe_demo.py --extension build/ecset.zip --engine-python $(ENGINE)

MOTION := build/motion
.PHONY: benchmark
benchmark: $(VENVS)/engine/.ready $(MOTION)/.ready ## the figures of the README, in half an hour (CLIP=... adds a clip: 'FRAMES A-B --style PICTURE')
	$(ENGINE) benchmarks/coherence.py
	$(ENGINE) benchmarks/coherence.py '$(MOTION)/frame_####.png' 1-72 --vector '$(MOTION)/motion_####.exr'
	$(if $(CLIP),$(ENGINE) benchmarks/coherence.py $(CLIP))
	$(ENGINE) benchmarks/speed.py

.PHONY: benchmark-neural
benchmark-neural: $(VENVS)/engine/.ready ## the look neural: speed, bound, flicker, trace, in an hour (CLIP='FRAMES A-B --name IT' adds a clip)
	$(ENGINE) benchmarks/neural_bound.py
	$(ENGINE) benchmarks/neural_speed.py
	$(ENGINE) benchmarks/neural_flow.py
	$(ENGINE) benchmarks/neural_trace.py
	$(ENGINE) benchmarks/neural_flicker.py
	$(if $(CLIP),$(ENGINE) benchmarks/neural_flicker.py $(CLIP))

.PHONY: benchmark-window
benchmark-window: $(VENVS)/engine/.ready ## the pauses of Blender's main loop while a strip is painted (needs blender and Xvfb)
	$(ENGINE) benchmarks/responsiveness.py

$(MOTION)/.ready: | $(VENVS)/bpy-$(DEMO_BPY)/.ready
	$(VENVS)/bpy-$(DEMO_BPY)/bin/python benchmarks/render_motion.py $(MOTION)
	@touch $@

# The Blender side calls the engine as it does in Blender: by this interpreter.
test-core test-blender test-gui: export ECSET_ENGINE_PYTHON := $(abspath $(ENGINE))
test-core: export ECSET_UV := $(abspath $(UV))

# Most of a test is waiting for a child: several at once.
SEVERAL := -n 4

.PHONY: test
test: test-core test-blender test-gui ## all tests; ARGS=... goes to pytest

.PHONY: test-core
test-core: $(VENVS)/engine/.ready ## the engine's tests, without Blender
	$(call pytest,$(ENGINE),tests/core,$(SEVERAL) --dist loadfile)

# What has nothing to do with Blender's version is run in one of them.
ALL_IN = $(if $(filter $(DEMO_BPY),$(BPY)),$(DEMO_BPY),$(firstword $(BPY)))

.PHONY: test-blender
test-blender: $(BPY:%=test-bpy-%) ## the Blender side in every bpy module (or BPY="4.5 5.0")
	@$(if $(PYTHON_3.11),,echo 'Not tested: bpy $(BPY_3.11) (no Python 3.11 here)')
	@$(if $(PYTHON_3.13),,echo 'Not tested: bpy $(BPY_3.13) (no Python 3.13 here)')

.PHONY: $(BPY:%=test-bpy-%)
$(BPY:%=test-bpy-%): test-bpy-%: $(VENVS)/engine/.ready $(VENVS)/bpy-%/.ready
	$(call pytest,$(VENVS)/bpy-$*/bin/python,tests/blender,$(SEVERAL) $(if $(filter $*,$(ALL_IN)),,-m 'not once'))

.PHONY: test-gui
test-gui: $(VENVS)/engine/.ready ## a real Blender window on a virtual screen (skips without blender and Xvfb)
	$(call pytest,$(ENGINE),tests/gui,-n 2 --dist loadfile)

.PHONY: test-setup
test-setup: $(VENVS)/engine/.ready ## the engine installed in earnest, from the zip to a painted strip: gigabytes (needs blender and Xvfb)
	$(ENGINE) -m pytest tests/gui -m setup $(ARGS)

.PHONY: pictures
pictures: $(VENVS)/engine/.ready ## the pictures of the manual, taken anew in a real window (needs blender and Xvfb)
	$(ENGINE) tests/gui/take_pictures.py

.PHONY: check
check: $(VENVS)/engine/.ready ## lint, format, types
	$(VENVS)/engine/bin/ruff check .
	$(VENVS)/engine/bin/ruff format --check .
	@# The extension is one package with relative imports, whatever its folder is called: give it its name.
	mkdir -p build/types && ln -sfn '$(CURDIR)' build/types/ecset
	MYPYPATH=build/types $(ENGINE) -m mypy $(TYPED:%=-p ecset.%)
TYPED := $(patsubst %/__init__.py,%,$(wildcard core/__init__.py environment/__init__.py operators/__init__.py panels/__init__.py sequencer/__init__.py)) \
	$(patsubst %.py,%,$(wildcard vendor_setup.py))

.PHONY: package
package: $(VENVS)/bpy-$(DEMO_BPY)/.ready ## the extension, ready to install: build/ecset.zip
	@mkdir -p build
	$(BLENDER_EXT) validate .
	$(BLENDER_EXT) build --source-dir . --output-filepath build/ecset.zip
	$(VENVS)/bpy-$(DEMO_BPY)/bin/python packaging/same_bytes.py build/ecset.zip
	$(BLENDER_EXT) validate build/ecset.zip

REPOSITORY := build/repository
.PHONY: repository
repository: package ## a folder for any web space, from which Blender installs and updates: build/repository/
	@rm -rf $(REPOSITORY) && mkdir -p $(REPOSITORY)
	cp build/ecset.zip $(REPOSITORY)/ecset-$(VERSION).zip
	$(BLENDER_EXT) server-generate --repo-dir $(REPOSITORY) --html --html-template packaging/repository.html
VERSION = $(shell sed -n 's/^version = "\(.*\)"$$/\1/p' blender_manifest.toml)

# Blender's own tool for extensions, which comes with its module.
BLENDER_EXT = $(VENVS)/bpy-$(DEMO_BPY)/bin/python \
	$(VENVS)/bpy-$(DEMO_BPY)/lib/python3.*/site-packages/bpy/*/scripts/addons_core/bl_pkg/cli/blender_ext.py

.PHONY: wheel
wheel: $(UV) ## the engine as a package for any Python: build/dist/
	@rm -rf build/dist
	$(UV) build --quiet --wheel --out-dir build/dist .

.PHONY: lock
lock: $(UV) ## take the newest versions into requirements/*.txt
	$(LOCK) --python-version 3.11 pyproject.toml -o requirements/engine.txt
	$(LOCK) --python-version 3.11 pyproject.toml --group dev -c requirements/engine.txt -o requirements/dev.txt
	$(LOCK) --python-version 3.11 --group uv -o requirements/uv.txt
	$(foreach v,$(BPY_3.11),$(LOCK) --python-version 3.11 --group bpy-$(v) -o requirements/bpy-$(v).txt &&) true
	$(foreach v,$(BPY_3.13),$(LOCK) --python-version 3.13 --group bpy-$(v) -o requirements/bpy-$(v).txt &&) true
LOCK = $(UV) pip compile --quiet --upgrade --universal --fork-strategy fewest --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links

.PHONY: clean
clean: ## away with environments, builds and the demo
	rm -rf $(VENVS) build demo demo-keyframe .pytest_cache .ruff_cache .mypy_cache

$(UV): requirements/uv.txt
	@$(if $(PYTHON),,echo 'Ecset needs Python 3.11, 3.12 or 3.13 (PYTHON=... names one).' >&2; exit 2)
	@.ci/get-uv.sh $(PYTHON) $(VENVS)/uv
	@touch $@

$(VENVS)/engine/.ready: requirements/dev.txt | $(UV)
	$(call venv,$(PYTHON),$(VENVS)/engine,$<)
	@touch $@

$(VENVS)/bpy-%/.ready: requirements/bpy-%.txt | $(UV)
	@$(if $(call python-of-bpy,$*),,echo 'bpy $* needs Python $(if $(filter $*,$(BPY_3.13)),3.13,3.11).' >&2; exit 2)
	$(call venv,$(call python-of-bpy,$*),$(VENVS)/bpy-$*,$<)
	@.ci/system-libraries.sh $(VENVS)/bpy-$*
	@touch $@

$(VENVS)/bpy-/.ready:
	@echo 'The bpy module needs Python 3.11 (bpy $(BPY_3.11)) or 3.13 (bpy $(BPY_3.13)).' >&2; exit 2

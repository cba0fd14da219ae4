"""Validates the OpenAPI document of a running service, generates a Python client from it, and predicts with that client.

Arguments: address of the service, folder for the client.
"""

import importlib
import subprocess
import sys
from pathlib import Path

import httpx
from openapi_spec_validator import validate

address, folder = sys.argv[1], Path(sys.argv[2])
document = httpx.get(f"{address}/openapi.json").json()
validate(document)

generator = Path(sys.executable).with_name("openapi-python-client")
config = Path(__file__).with_name("config.yml")
command = [generator, "generate", "--url", f"{address}/openapi.json", "--output-path", folder, "--overwrite"]
command += ["--config", config]
# Warnings name parts of the document that the client lacks.
generated = subprocess.run([*command, "--fail-on-warning"], capture_output=True, text=True)
assert generated.returncode == 0, generated.stdout + generated.stderr

sys.path.insert(0, str(folder))
package = next(path.parent.name for path in folder.glob("*/client.py"))
client = importlib.import_module(package).Client(base_url=address, raise_on_unexpected_status=True)
models = importlib.import_module(f"{package}.models")


def operation(name):
    """Finds the module of an operation id."""
    (found,) = (folder / package / "api").glob(f"*/{name}.py")
    return importlib.import_module(f"{package}.api.{found.parent.name}.{name}")


lead = models.Lead(lead_key="crm-1042", jobtitle="Head of Marketing", companysize="51-200", llm_quality=75)
single = operation("predict").sync(client=client, body=lead)
assert isinstance(single, models.Prediction), single
assert single.lead_key == "crm-1042" and 0 < single.probability < 1, single

batch = operation("predict_batch").sync(client=client, body=models.Batch(leads=[lead, models.Lead()]))
assert isinstance(batch, models.BatchAnswer), batch
assert batch.total_count == 2 and batch.predictions[0].probability == single.probability, batch

invalid = operation("predict").sync(client=client, body=models.Lead(llm_quality=101))
assert isinstance(invalid, models.Failure) and invalid.error == "validation_error", invalid

assert operation("health").sync(client=client).model_loaded
assert operation("model").sync(client=client).models
print(f"generated client: {len(list((folder / package / 'api').glob('*/*.py')))} files, predicted {single.probability}")

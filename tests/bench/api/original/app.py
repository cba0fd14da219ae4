"""The baseline: the replaced service rewritten from its contract in idiomatic Python, and not for speed. For ratios to it
to mean anything it must perform like the replaced service: 43 single predictions a second over eight connections, a batch
of 10,000 in 0.8 to 1.0 s. Design and its costs:

- One uvicorn worker. A request builds a frame of one row, runs the same pandas code as a batch and calls `predict_proba`,
  within the event loop: 8 ms.
- A session for each request that inserts and commits before the response, and another in the middleware for the call's
  row: 2 ms each alone. SQLite has one writer at a time, and a session that waits for the event loop blocks the others:
  most of the rest.
- The rows of a batch are one insert with many values, half of a batch's time; adding them as objects would take twice the
  time that the replaced service needs for the whole batch.

Environment: DATABASE_URL (`sqlite+aiosqlite:///...` or `postgresql+asyncpg://...`), ENCODER (the encoder's export), MODEL
(XGBoost's JSON). Run: `uvicorn app:app`."""

import contextlib
import logging
import os
import time
import uuid

import pandas
import xgboost
from database import ApiMetric, PredictionLog, engine, get_session, make_tables, sessions
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from features import Preprocessor
from leads import Batch, BatchPrediction, Failure, Health, Lead, Prediction
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

VERSION = "0.3.0"
logger = logging.getLogger("original")
state = {}


@contextlib.asynccontextmanager
async def lifespan(_):
    await make_tables()
    state["preprocessor"] = Preprocessor(os.environ["ENCODER"])
    model = xgboost.XGBClassifier()
    model.load_model(os.environ["MODEL"])
    state["model"] = model
    yield
    await engine.dispose()


app = FastAPI(title="Lead scoring", version=VERSION, lifespan=lifespan)


@app.middleware("http")
async def record(request: Request, call_next):
    """Sets the request id and logs the call."""
    started = time.perf_counter()
    response = await call_next(request)
    elapsed_ms = (time.perf_counter() - started) * 1000
    response.headers["X-Request-ID"] = request.headers.get("X-Request-ID") or str(uuid.uuid4())
    try:
        async with sessions() as session:
            session.add(ApiMetric(endpoint=request.url.path, status_code=response.status_code, response_time_ms=elapsed_ms))
            await session.commit()
    except Exception:
        logger.exception("the call was not recorded")
    return response


@app.exception_handler(RequestValidationError)
async def invalid(_, error):
    failure = Failure(error="validation_error", message="Request validation failed", detail=error.errors())
    return JSONResponse(status_code=422, content=failure.model_dump(mode="json"))


@app.get("/health")
async def health() -> Health:
    return Health(status="healthy", service="linkedin-lead-scoring-api", version=VERSION, model_loaded="model" in state)


@app.post("/predict", response_model=Prediction)
async def predict(lead: Lead, session: AsyncSession = Depends(get_session)):
    (prediction,) = score([lead])
    await log(session, [lead], [prediction])
    return prediction


@app.post("/predict/batch", response_model=BatchPrediction)
async def predict_batch(batch: Batch, session: AsyncSession = Depends(get_session)):
    predictions = score(batch.leads)
    await log(session, batch.leads, predictions)
    return BatchPrediction(
        predictions=predictions,
        total_count=len(predictions),
        avg_score=round(sum(prediction.score for prediction in predictions) / len(predictions), 4),
        high_engagement_count=sum(prediction.label == "engaged" for prediction in predictions),
    )


def score(leads):
    started = time.perf_counter()
    frame = pandas.DataFrame([lead.model_dump() for lead in leads])
    features = state["preprocessor"].transform(frame)
    scores = state["model"].predict_proba(features)[:, 1]
    each_ms = (time.perf_counter() - started) * 1000 / len(leads)
    return [prediction_of(float(score), each_ms) for score in scores]


def prediction_of(score, inference_time_ms):
    return Prediction(
        score=round(score, 4),
        label="engaged" if score >= 0.5 else "not_engaged",
        confidence="high" if score >= 0.7 else "medium" if score >= 0.4 else "low",
        model_version=VERSION,
        inference_time_ms=round(inference_time_ms, 2),
    )


async def log(session, leads, predictions):
    """Logs leads and predictions; a failure does not stop the response."""
    rows = [
        {
            "input_features": lead.model_dump(),
            "predicted_score": prediction.score,
            "inference_time_ms": prediction.inference_time_ms,
            "model_version": prediction.model_version,
        }
        for lead, prediction in zip(leads, predictions)]
    try:
        await session.execute(insert(PredictionLog), rows)
        await session.commit()
    except Exception:
        logger.exception("the predictions were not recorded")
        await session.rollback()

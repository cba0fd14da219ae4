"""Request and response schemas of the contract, validated by pydantic."""

from typing import Literal

from pydantic import BaseModel, Field


class Lead(BaseModel):
    """A contact; every field may be missing, unknown ones are ignored."""

    llm_quality: int | None = Field(None, ge=0, le=100)
    llm_engagement: float | None = Field(None, ge=0, le=1)
    llm_decision_maker: float | None = Field(None, ge=0, le=1)
    llm_company_fit: int | None = Field(None, ge=0, le=2)
    companyfoundedon: float | None = None
    llm_seniority: str | None = None
    llm_geography: str | None = None
    llm_business_type: str | None = None
    companysize: str | None = None
    companytype: str | None = None
    llm_industry: str | None = None
    industry: str | None = None
    companyindustry: str | None = None
    languages: str | None = None
    location: str | None = None
    companylocation: str | None = None
    summary: str | None = Field(None, max_length=10_000)
    skills: str | None = Field(None, max_length=5_000)
    jobtitle: str | None = Field(None, max_length=500)


class Batch(BaseModel):
    leads: list[Lead] = Field(min_length=1, max_length=10_000)


class Prediction(BaseModel):
    score: float = Field(ge=0, le=1)
    label: Literal["engaged", "not_engaged"]
    confidence: Literal["high", "medium", "low"]
    model_version: str
    inference_time_ms: float


class BatchPrediction(BaseModel):
    predictions: list[Prediction]
    total_count: int
    avg_score: float
    high_engagement_count: int


class Health(BaseModel):
    status: str
    service: str
    version: str
    model_loaded: bool


class Failure(BaseModel):
    error: str
    message: str
    detail: list | None = None
